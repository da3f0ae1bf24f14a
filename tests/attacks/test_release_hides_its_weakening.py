"""A release lets more through and says that it does not, or not where: the two plans tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.approvals import (
    RULE,
    STALE,
    answer,
    changes_step,
    forged,
    given,
    managed,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
)
from watchkeeper.plan.diff import diff_bundles
from watchkeeper.records.plan.bounds import Budget, SharedBudget
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.plan.policies import Policy, PolicyKind
from watchkeeper.records.plan.release_rule import NeededApproval, ReleaseRule
from watchkeeper.verify import verify_log
from watchkeeper.verify.release.wider import wider_between
from watchkeeper.verify.report import Status

WEAKER_ONLY = ReleaseRule((NeededApproval("lead", when="weaker"),))


def _grant(plan: Bundle, **changes: Any) -> Bundle:
    (one,) = plan.grants
    return replace(plan, grants=(replace(one, **changes),))


def _band(plan: Bundle, **changes: Any) -> Bundle:
    return _grant(plan, bands=(replace(plan.grants[0].bands[0], **changes),))


def _budget(plan: Bundle, **changes: Any) -> Bundle:
    return _grant(plan, budgets=(replace(plan.grants[0].budgets[0], **changes),))


def _policy(plan: Bundle, id_: str, **changes: Any) -> Bundle:
    found = (replace(one, **changes) if one.id == id_ else one for one in plan.policies)
    return replace(plan, policies=tuple(found))


def _without(plan: Bundle, id_: str) -> Bundle:
    return replace(plan, policies=tuple(one for one in plan.policies if one.id != id_))


def _tool(plan: Bundle, **changes: Any) -> Bundle:
    (server,) = plan.servers
    tools = tuple(replace(one, **changes) if one.name == "pay" else one for one in server.tools)
    return replace(plan, servers=(replace(server, tools=tools),))


def _more(plan: Bundle, one: Grant | Policy) -> Bundle:
    if isinstance(one, Grant):
        return replace(plan, grants=(*plan.grants, one))
    return replace(plan, policies=(*plan.policies, one))


def _of(plan: Bundle, id_: str) -> Policy:
    return next(one for one in plan.policies if one.id == id_)


def _shared(plan: Bundle, **changes: Any) -> Bundle:
    """The plan with a budget that agents share, written otherwise or, with no cap at all, gone."""
    budget = SharedBudget(
        "pool", "limits", "ana", ("other", "payer"), ("bank/pay",), Budget(3600, 5, "100.00"), "EUR"
    )
    return replace(plan, shared_budgets=(replace(budget, **changes),))


def _base() -> Bundle:
    return _shared(ruled())


WIDER: dict[str, Callable[[Bundle], Bundle]] = {
    "a grant more": lambda p: _more(p, replace(p.grants[0], id="more")),
    "a grant for another": lambda p: _grant(p, agent="other"),
    "an action more": lambda p: _grant(p, actions=("bank/look", "bank/pay")),
    "no end": lambda p: _grant(p, valid_until=None),
    "a higher limit": lambda p: _band(p, alone="200.01"),
    "a higher end of review": lambda p: _band(p, review="1000.01"),
    "a lower least": lambda p: _band(p, least="0.00"),
    "no limit": lambda p: _grant(p, bands=()),
    "more actions": lambda p: _budget(p, count=7),
    "any number": lambda p: _budget(p, count=None),
    "a larger sum": lambda p: _budget(p, sum="500.01"),
    "another window": lambda p: _budget(p, seconds=60),
    "no budget": lambda p: _grant(p, budgets=()),
    "no rule": lambda p: _without(p, "above-limit"),
    "no review": lambda p: _without(p, "broken"),
    "another rule": lambda p: _policy(p, "above-limit", body={"effect": "permit"}),
    "a softer rule": lambda p: _policy(p, "above-limit", kind=PolicyKind.REVIEW),
    "one reviewer less": lambda p: _policy(p, "broken", approvals=1),
    "observed alone": lambda p: _policy(
        p, "above-limit", observe_until="2027-01-01T00:00:00.000000Z"
    ),
    "a permit more": lambda p: _more(p, replace(_of(p, "looks"), id="looks-too")),
    "a tool of another pin": lambda p: _tool(p, pin="0" * 64),
    "a write taken for a read": lambda p: _tool(p, writes=False),
    "no shared budget": lambda p: replace(p, shared_budgets=()),
    "an agent less in it": lambda p: _shared(p, agents=("payer",)),
    "a higher shared budget": lambda p: _shared(p, budget=Budget(3600, 5, "100.01")),
    "a shared budget without a sum": lambda p: _shared(p, budget=Budget(3600, 5)),
    "a shared budget over a day": lambda p: _shared(p, budget=Budget(86_400, 5, "100.00")),
    "an agent more": lambda p: replace(p, agents=(*p.agents, replace(p.agents[0], id="third"))),
}
GUARDS: dict[str, Callable[[Bundle], Bundle]] = {
    "a holder more": lambda p: replace(p, roles={**p.roles, "lead": ("ana", "ben", "cyd", "dee")}),
    "no rule of releases": lambda p: replace(p, releases=None),
    "nobody kept apart": lambda p: replace(p, releases=replace(RULE, separate=())),
    "nobody asked": lambda p: replace(p, releases=replace(RULE, approvals=())),
    "a later look": lambda p: replace(p, releases=replace(RULE, review_within_seconds=7200)),
}


@pytest.mark.parametrize("name", [*WIDER, *GUARDS])
def test_it_is_found_by_the_two_plans(name: str) -> None:
    before = _base()
    after = {**WIDER, **GUARDS}[name](before)
    found = list(wider_between(before, after))
    diff = diff_bundles(before, after)
    assert found
    assert diff.weakenings
    systems = {system for one in found for system in one.systems}
    assert systems <= set(diff.widened)
    assert systems == ({"desk"} if name in WIDER else set())
    assert list(wider_between(after, after)) == []


@pytest.mark.parametrize("name", [*WIDER, *GUARDS, "nothing"])
def test_it_never_says_more_than_the_code_that_compares_plans(name: str) -> None:
    changes: dict[str, Callable[[Bundle], Bundle]] = {**WIDER, **GUARDS, "nothing": lambda p: p}
    before = changes[name](_base())
    for change in changes.values():
        after = change(_base())
        found = list(wider_between(before, after))
        diff = diff_bundles(before, after)
        assert {system for one in found for system in one.systems} <= set(diff.widened)
        assert bool(found) <= bool(diff.weakenings)


def test_a_release_that_says_nothing_of_it_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(WEAKER_ONLY))
    forged(bank, wider(WEAKER_ONLY), weakenings=())
    found = changes_step(bank)
    assert found == ["names no weakening, and the grant `pays` limits less"]
    bank.close()


def test_one_that_says_nothing_of_where_is_found_by_what_is_stale(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    plan = wider(management=managed(STALE))
    answer(bank, "ben", plan)
    forged(bank, plan, approvals=tuple(given(bank)), touches=())
    (found,) = changes_step(bank)
    assert found == "widens what agents may do while an assessment is stale: `desk:impact`"
    bank.close()


def test_one_that_names_another_system_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled())
    answer(bank, "ben", wider())
    touches = ("wider:other", "system:desk")
    forged(bank, wider(), approvals=tuple(given(bank)), touches=touches)
    assert changes_step(bank) == ["does not say that it lets more through in `desk`"]
    bank.close()


def test_nor_may_an_emergency_hide_it(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    forged(bank, wider(), urgent="the shop is down", weakenings=())
    assert changes_step(bank) == ["names no weakening, and the grant `pays` limits less"]
    bank.close()


def test_after_a_roll_the_plan_before_is_still_at_hand(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(WEAKER_ONLY))
    bank.roll()
    forged(bank, wider(WEAKER_ONLY), weakenings=())
    assert any("names no weakening" in one for one in changes_step(bank))
    bank.close()


def test_with_the_plan_before_withheld_it_is_not_checked(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(WEAKER_ONLY))
    first = bank.home.state.plan
    forged(bank, wider(WEAKER_ONLY), weakenings=())
    bank.log.publish_now()
    (bank.path / "log" / "plans" / f"{first}.json").unlink()
    step = next(one for one in verify_log(bank.path, workers=1).steps if one.number == 27)
    assert step.status is Status.NOT_CHECKED
    assert "weakenings are their own word: 1" in step.detail
    bank.close()


def test_an_honest_one_holds(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    answer(bank, "ben", wider())
    release(bank, wider())
    answer(bank, "ben", renamed(wider()))
    release(bank, renamed(wider()))
    assert changes_step(bank) == []
    step = next(one for one in bank.verify().steps if one.number == 27)
    assert "own word" not in step.detail
    bank.close()
