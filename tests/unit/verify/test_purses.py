"""What was allowed beyond a shared budget, or without its charge, is found in the published log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bundles import write
from tests.worlds.homes import Story
from watchkeeper.records.action import DecisionRecord, GrantUsed, Hidden, Status
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bounds import Money, SharedBudget
from watchkeeper.records.plan.tools import Server, Tool
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record, statement_of
from watchkeeper.records.typing import Node, NodeKind
from watchkeeper.verify import verify_bundle, verify_log
from watchkeeper.verify.bounds import Purses
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.entries import _decided as decided_of

MONEY = Money("amount", currency="currency")
REFUND = Tool("refund", "b" * 64, writes=True, schema={}, root=Node(NodeKind.RECORD), money=MONEY)
SERVERS = [to_json(Server("desk", tools=(REFUND,)))]
DAY = {"seconds": 86_400, "sum": "100.00", "count": 4}
BUDGET = {
    "id": "day",
    "control": "refund-limit",
    "grantedBy": "ana",
    "agents": ["clerk", "refund-agent"],
    "actions": ["desk/refund"],
    "budget": DAY,
    "currency": "EUR",
}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    yield story
    story.log.close()


def _release(story: Story, **budget: Any) -> None:
    shared = [to_json(from_json(SharedBudget, {**BUDGET, **budget}))]
    plan = {**story.bundle(), "servers": SERVERS, "sharedBudgets": shared}
    story.release(bundle=plan, weakenings=("a shared budget",))


def _used(amount: str | None, count: int, held: str, **more: Any) -> GrantUsed:
    said = {"satisfied": True, "amount": amount, "currency": "EUR", **more}
    return GrantUsed("shared.day", count_before=count, sum_before=held, **said)


def _pay(
    story: Story, amount: str, *charges: GrantUsed, currency: str = "EUR", **changes: Any
) -> tuple[Ref, DecisionRecord, str]:
    arguments = (Hidden("amount", clear=amount), Hidden("currency", clear=currency))
    return story.decide(grants=charges, arguments=arguments, **changes)


def _decided(made: tuple[Ref, DecisionRecord, str]) -> Decided:
    _, said, digest = made
    return decided_of(statement_of(Record(Kind.DECISION, "action", digest, said)))[0]


def _found(story: Story) -> list[str]:
    story.log.publish_now()
    findings = verify_log(story.path / "log", workers=1).findings
    assert all(finding.step == 10 for finding in findings)
    return [finding.message for finding in findings]


def test_what_fits_and_was_charged_holds(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0"))
    story.effect(*_pay(story, "40", _used("40", 1, "60"), agent="clerk"), status=Status.FAILED)
    _pay(story, "40.00", _used("40.00", 1, "60"))
    assert _found(story) == []


def test_what_was_not_charged_is_found(story: Story) -> None:
    _release(story)
    _pay(story, "60")
    assert _found(story) == ["allowed without a charge to the shared budget `shared.day`"]


def test_a_charge_that_was_not_satisfied_is_none(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0", satisfied=False))
    assert _found(story) == ["allowed without a charge to the shared budget `shared.day`"]


@pytest.mark.parametrize(
    ("budget", "what"), [({"sum": "99.99"}, "100 of 99.99"), ({"count": 1}, "action 2 of 1")]
)
def test_what_was_allowed_beyond_it_is_found(
    story: Story, budget: dict[str, Any], what: str
) -> None:
    _release(story, budget={**DAY, **budget})
    _pay(story, "60", _used("60", 0, "0"))
    _pay(story, "40", _used("40", 1, "60"), agent="clerk")
    assert _found(story) == [f"allowed beyond the shared budget `shared.day`: {what}"]


def test_a_budget_that_says_it_held_less_is_found(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0"))
    _pay(story, "60", _used("60", 0, "0"), agent="clerk")
    [said] = _found(story)
    assert "held 0 of 0 actions; the records before it add up to 60 of 1" in said


def test_what_was_given_back_without_having_failed_is_found(story: Story) -> None:
    _release(story)
    ref, decided, digest = _pay(story, "60", _used("60", 0, "0"))
    story.effect(ref, decided, digest)
    _pay(story, "60", _used("60", 0, "0"))
    assert len(_found(story)) == 1


@pytest.mark.parametrize("amount", ["59.99", "-1", "x", None])
def test_a_charge_of_another_amount_is_found(story: Story, amount: str | None) -> None:
    _release(story)
    _pay(story, "60", _used(amount, 0, "0"))
    [said] = _found(story)
    assert "where its arguments say 60" in said or "no amount" in said


def test_a_charge_in_another_currency_is_found(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0"), currency="USD")
    assert _found(story) == ["charged to `shared.day`, where its arguments name another currency"]


def test_a_charge_that_names_another_currency_is_found(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0", currency="USD"))
    assert _found(story) == ["charged to `shared.day` in another currency"]


def test_what_is_not_in_its_scope_needs_no_charge_and_may_have_none(story: Story) -> None:
    _release(story)
    _pay(story, "60", agent="another")
    _pay(story, "60", method="resources/read")
    assert _found(story) == []
    _pay(story, "60", _used("60", 0, "0"), agent="another")
    assert len(_found(story)) == 1


def test_a_new_plan_begins_where_the_old_one_ended(story: Story) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0"))
    _release(story, budget={**DAY, "sum": "120"})
    _pay(story, "60", _used("60", 1, "60"))
    assert _found(story) == []
    _release(story, currency="USD")
    _pay(story, "60", _used("60", 0, "0", currency="USD"), currency="USD")
    assert _found(story) == []


def test_of_a_plan_that_is_not_there_nothing_is_said(story: Story) -> None:
    _release(story)
    _pay(story, "60")
    story.log.publish_now()
    (story.path / "log" / "plans" / f"{story.plan}.json").unlink()
    assert verify_log(story.path / "log", workers=1).findings == ()


def test_in_a_bundle_with_gaps_each_is_held_against_its_plan_alone(
    story: Story, tmp_path: Path
) -> None:
    _release(story)
    _pay(story, "60", _used("60", 0, "0"))
    fine, _, _ = _pay(story, "40", _used("40", 1, "60"), agent="clerk")
    beyond, _, _ = _pay(story, "41", _used("41", 1, "60"))
    uncharged, _, _ = _pay(story, "1")
    story.log.publish_now()
    found = {}
    for ref in (fine, beyond, uncharged):
        bundle = write(story.path, tmp_path / f"{ref.index}.zip", index=(ref.index, ref.index + 1))
        found[ref] = [one.message for one in verify_bundle(bundle).findings if one.step == 10]
    assert found[fine] == []
    assert found[beyond] == ["allowed beyond the shared budget `shared.day`: 101 of 100.00"]
    assert found[uncharged] == ["allowed without a charge to the shared budget `shared.day`"]


def test_a_shard_that_is_read_alone_knows_only_what_came_in_it(story: Story) -> None:
    _release(story)
    said = _decided(_pay(story, "60", _used("60", 0, "0")))
    story.log.publish_now()
    purses = Purses(lambda plan: (story.path / "log/plans" / f"{plan}.json").read_bytes(), 10**18)
    more = replace(said, shared=({**said.shared[0], "sumBefore": "40", "countBefore": 1},))
    less = replace(said, shared=({**said.shared[0], "sumBefore": "10", "countBefore": 1},))
    assert list(purses.allowed(Ref(1, 1), more, 10**18)) == []
    assert len(list(purses.allowed(Ref(1, 2), less, 10**18))) == 1
