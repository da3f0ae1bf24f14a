"""Drills decided dry: what a plan must do with a harmless action, tried without a log or a tool."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.loop.drills.tried import Drill, try_drill
from watchkeeper.plan.draft.starts.begin import begin
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.plan.bundle import Bundle

NOW = parse_instant("2026-11-23T12:00:00.000000Z")
REFUND = Drill(
    "refund",
    "service-agent",
    "shop/refund",
    "allow",
    arguments={"request_id": "1", "order_id": "o-1", "amount": 20.0, "reason": "late"},
    facts={"order": {"refundable": "100.00", "status": "delivered"}},
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("drills") / "aims"
    own = Own("An organisation", "an.example/desk")
    found = begin(folder, "customer-service", own, date(2026, 11, 23), ["server"]).linted.bundle
    assert found is not None
    return found


def tried(bundle: Bundle, **changes: Any) -> Any:
    return try_drill(Enforcer(bundle, "a" * 64, "nobody yet"), replace(REFUND, **changes), NOW)


def test_it_ends_as_it_must(bundle: Bundle) -> None:
    found = tried(bundle)
    assert (found.outcome, found.differs) == ("allow", ())
    assert found.policies == ("grant.refunds",)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"outcome": "block"}, "must block, and does allow"),
        ({"policy": "look-up"}, "must come from `look-up`, and comes from `grant.refunds`"),
        ({"reason": "no-authority"}, "must be for `no-authority`, and is for `permitted`"),
    ],
)
def test_what_is_otherwise_is_said(bundle: Bundle, changes: Any, differs: str) -> None:
    assert tried(bundle, **changes).differs == (differs,)


@pytest.mark.parametrize(
    ("aims", "outcome"),
    [
        ({}, "allow"),
        ({"impact_stale": False, "impact_why": []}, "allow"),
        ({"impact_stale": True}, "escalate"),
        ({"impact_why": ["date"]}, "escalate"),
        ({"risk_stale": True, "findings_overdue": ["one"]}, "allow"),
    ],
    ids=str,
)
def test_the_state_of_the_management_system_is_what_the_drill_says(
    bundle: Bundle, aims: Any, outcome: str
) -> None:
    assert tried(bundle, facts={**REFUND.facts, "aims": aims}).outcome == outcome


@pytest.mark.parametrize(
    "facts",
    [
        {"aims": {"impact_is_stale": True}},
        {"aims": {"impact_stale": "yes"}},
        {"aims": {"impact_why": True}},
        {"aims": []},
        {"history": 1},
    ],
    ids=str,
)
def test_facts_that_are_none_end_in_no_outcome(bundle: Bundle, facts: Any) -> None:
    found = tried(bundle, facts=facts, outcome="block")
    assert found.outcome == "none"
    assert "`facts." in found.differs[0]


def test_a_fact_that_is_missing_is_no_allow(bundle: Bundle) -> None:
    assert tried(bundle, facts={}).outcome == "block"


def test_it_is_decided_at_its_time(bundle: Bundle) -> None:
    late = parse_instant("2030-01-01T00:00:00.000000Z")
    assert tried(bundle, at=late).outcome == "block"
