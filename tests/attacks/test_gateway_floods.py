"""Too much of everything: refusals, reads of facts, actions that wait (semantics, 5 and 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.worlds.gateway import World, open_till, refused

LIMITS = "refusals_per_minute: 15, facts_per_minute: 5, pending_per_agent: 20"


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("flood") / "world", limits=LIMITS) as world:
        yield world


def test_refusals_beyond_the_limit_are_counted_and_not_recorded(own: World) -> None:
    size = len(own.entries())
    reasons = Counter(own.call("unnamed").reason for _ in range(40))
    assert reasons == {"unknown-tool": 15, "too-many-requests": 25}
    assert len(own.entries()) == size + 15
    assert own.executed() == []


def test_a_flood_hides_no_other_agents_refusals(own: World) -> None:
    for _ in range(20):
        own.call("unnamed")
    refused(own, lambda: own.call("pay", agent="stranger", to="x", amount=1), "no-authority")


def test_a_flood_does_not_stop_what_is_permitted(own: World) -> None:
    for _ in range(20):
        own.call("unnamed")
    assert own.call("send", to="a", text="still").done
    assert len(own.effects()) == 1


def test_reads_of_facts_beyond_the_limit_block(own: World) -> None:
    for number in range(5):
        assert own.call("pay", to=f"{number}", amount=1).done
    refused(own, lambda: own.call("pay", to="6", amount=1), "could-not-evaluate")
    assert own.call("send", to="a", text="no fact needed").done


def test_the_action_after_the_twentieth_that_waits_is_refused(own: World) -> None:
    handles = [own.call("drop", what=f"{number}").handle for number in range(20)]
    assert len(set(handles)) == 20
    refused(own, lambda: own.call("drop", what="one more"), "too-many-pending")
    assert own.call("drop", what="0").handle == handles[0]  # joins what waits
    assert own.call("drop", agent="other", what="mine").reason == "review-required"
    own.refuse(handles[0])
    assert own.call("drop", what="one more").reason == "review-required"


def test_the_limit_of_what_waits_survives_a_kill(own: World) -> None:
    for number in range(20):
        own.call("drop", what=f"{number}")
    own.kill()
    own.start()
    refused(own, lambda: own.call("drop", what="one more"), "too-many-pending")
