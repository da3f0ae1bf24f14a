from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.worlds import records as world
from watchkeeper.check.replay import (
    MOST_LISTED,
    ReplayAnswer,
    Unreplayable,
    render_replay,
    replay_all,
    summarise,
)
from watchkeeper.errors import EngineFailed
from watchkeeper.records.action import Decision, Outcome, Reason
from watchkeeper.records.statement import Entry


def recorded(entry: Entry) -> Decision:
    made: Decision = entry.record.predicate.decision
    return made


def decided(*made: Decision) -> list[Entry]:
    stream = world.begun()
    for one in made:
        stream.decide(one)
    return stream.entries


def test_the_same_decision_part_is_the_same() -> None:
    entries = decided(world.PERMITTED, world.BEYOND, world.REVIEWED)
    summary = summarise(replay_all(entries, recorded))
    assert summary.counts[ReplayAnswer.SAME] == summary.total == 3
    assert summary.sound
    assert summary.listed == ()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"outcome": Outcome.BLOCK}, ("outcome",)),
        ({"reasons": (Reason.FORBIDDEN,)}, ("reasons",)),
        ({"policies": ("grant.refunds", "other")}, ("policies",)),
        ({"controls": (), "errors": ("lookups",)}, ("controls", "errors")),
    ],
)
def test_one_field_that_differs_is_different_and_named(
    changes: dict[str, Any], names: tuple[str, ...]
) -> None:
    again = dataclasses.replace(world.PERMITTED, **changes)
    (found,) = replay_all(decided(world.PERMITTED), lambda _: again)
    assert (found.answer, found.differs) == (ReplayAnswer.DIFFERENT, names)
    summary = summarise([found])
    assert not summary.sound
    assert names[0] in render_replay(summary)


def test_another_order_of_policies_is_different() -> None:
    one = dataclasses.replace(world.PERMITTED, policies=("a", "b"))
    other = dataclasses.replace(world.PERMITTED, policies=("b", "a"))
    (found,) = replay_all(decided(one), lambda _: other)
    assert found.answer is ReplayAnswer.DIFFERENT


@pytest.mark.parametrize("answer", [ReplayAnswer.ERASED, ReplayAnswer.ENGINE_DIFFERS])
def test_erased_and_another_engine_are_answers(answer: ReplayAnswer) -> None:
    unreplayable = Unreplayable(answer, "by request of a customer")
    summary = summarise(replay_all(decided(world.PERMITTED), lambda _: unreplayable))
    assert summary.counts[answer] == 1
    assert summary.sound
    assert summary.listed[0].detail == "by request of a customer"
    text = render_replay(summary)
    assert "by request" not in text
    assert ("replay on the home" in text) == (answer is ReplayAnswer.ERASED)


def test_an_error_is_an_answer_and_stops_nothing() -> None:
    def again(entry: Entry) -> Decision:
        if entry.ref.index == 2:
            raise EngineFailed("the policy does not load")
        return recorded(entry)

    first, second = replay_all(decided(world.PERMITTED, world.BEYOND), again)
    assert (first.answer, first.detail) == (ReplayAnswer.COULD_NOT, "the policy does not load")
    assert second.answer is ReplayAnswer.SAME
    assert not summarise([first, second]).sound


def test_differences_are_listed_before_everything_else_and_only_so_many() -> None:
    entries = decided(*[world.PERMITTED] * (MOST_LISTED + 20), world.BEYOND)

    def again(entry: Entry) -> Decision | Unreplayable:
        if recorded(entry).outcome is Outcome.BLOCK:
            return world.PERMITTED
        return Unreplayable(ReplayAnswer.ERASED)

    summary = summarise(replay_all(entries, again))
    assert summary.listed[0].answer is ReplayAnswer.DIFFERENT
    assert len(summary.listed) == MOST_LISTED
    assert summary.total == MOST_LISTED + 21
    assert len(render_replay(summary).splitlines()) == 7


def test_what_does_not_fit_is_counted() -> None:
    entries = decided(*[world.BEYOND] * (MOST_LISTED + 20))
    summary = summarise(replay_all(entries, lambda _: world.PERMITTED))
    assert render_replay(summary).endswith("and 20 more")


def test_the_json_carries_both_decisions() -> None:
    (found,) = replay_all(decided(world.PERMITTED), lambda _: world.BEYOND)
    said = summarise([found]).json()
    assert (said["decisions"], said["sound"]) == (1, False)
    assert said["answers"] == {
        "same": 0,
        "different": 1,
        "erased": 0,
        "engine-differs": 0,
        "could-not": 0,
    }
    (one,) = said["listed"]
    assert (one["recorded"]["outcome"], one["again"]["outcome"]) == ("allow", "block")
