"""The example workspace decides as its cases say: outcome, reasons, policies, controls, grants."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from watchkeeper.do.decision.decide import Decided, decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.facts import ApprovalFact, BudgetFact, FactRead, Facts, VerdictFact
from watchkeeper.do.decision.request import Call, make_request
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.action import Boundary, Point, Reason
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.plan.management.state import AimsState
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref

_CASES = YAML(typ="safe").load(Path(__file__).with_name("refund_desk.yaml").read_text("utf-8"))
_AIMS = Path(__file__).parents[3] / "examples" / "refund-desk" / "aims"
_USUAL = {"order_id": "ORD-10001", "currency": "EUR", "reason": "late", "request_id": "r-1"}
_ORDER = {"refundable": "500.00", "status": "delivered"}
_AT = "2026-11-23T08:00:00.000000Z"


@lru_cache(maxsize=1)
def _desk() -> Enforcer:
    return Enforcer(compile_folder(_AIMS), "a" * 64, "ana")


def _call(case: dict[str, Any]) -> Call:
    arguments = dict(case["arguments"])
    if case["tool"] == "refund":
        arguments = {**_USUAL, **arguments}
    if case["tool"] == "store_credit":
        arguments = {**{k: v for k, v in _USUAL.items() if k != "order_id"}, **arguments}
    agent = case.get("agent", "refund-agent")
    return Call(agent, "tools/call", "desk", case["tool"], arguments)


def _facts(case: dict[str, Any], call: Call) -> Facts:
    at = parse_instant(case.get("at", _AT))
    entry = _desk().tool("desk", case["tool"])
    order = {**_ORDER, **case["order"]} if case.get("order") else dict(_ORDER)
    failed = "it did not answer in time" if case.get("order", order) is None else None
    read = tuple(
        FactRead(source.name, at, {} if failed else order, failed)
        for source in (entry.tool.facts if entry else ())
    )
    used = case.get("used", {})
    budgets = {
        grant.id: tuple(
            BudgetFact(**window)
            for window in used.get(grant.id, [{"count": 0, "sum": "0"}] * len(grant.budgets))
        )
        for grant in _desk().grants(call.agent, f"desk/{case['tool']}")
        if grant.budgets
    }
    pin = "b" * 64 if case.get("pin") == "other" else entry.tool.pin if entry else None
    return Facts(
        at=at,
        stage=Stage.DEMONSTRATION,
        point=Point("mcp-gateway", Boundary.EXCLUSIVE),
        pin=pin,
        refused=Reason(case["refused"]) if "refused" in case else None,
        pending_full=case.get("pending_full", False),
        read=read,
        budgets=budgets,
        shared={
            budget.id: BudgetFact(count=0, sum="0") for budget in _desk().bundle.shared_budgets
        },
        approval=_approval(case, order if read else None),
        aims=_aims(case, at),
    )


def _aims(case: dict[str, Any], at: Instant) -> AimsState | None:
    """What counts by the plan at that moment, unless the case says it, or takes it away."""
    if "aims" not in case:
        return _desk().aims("refund-desk", at)
    said = case["aims"]
    return None if said is None else AimsState({k: tuple(some) for k, some in said.items()})


def _approval(case: dict[str, Any], order: dict[str, Any] | None) -> ApprovalFact | None:
    if "approved" not in case:
        return None
    shown = {} if order is None else {"order": order}
    digest = sha256_hex(canonical_arguments(shown))
    if case.get("approved_facts") == "other":
        digest = "0" * 64
    verdicts = tuple(
        VerdictFact(Ref(0, n), person, role) for n, (person, role) in enumerate(case["approved"])
    )
    reviews = ("close-account-review", "grant.refunds.review")
    return ApprovalFact(Ref(0, 1), verdicts, reviews, digest)


def _decided(case: dict[str, Any]) -> Decided:
    call = _call(case)
    request = make_request(call, action_id="0" * 36, nonce="0" * 32)
    return decide(_desk(), request, _facts(case, call))


@pytest.mark.parametrize("case", _CASES, ids=[case["title"] for case in _CASES])
def test_the_desk_decides_as_written(case: dict[str, Any]) -> None:
    found, wanted = _decided(case), case["gives"]
    part = found.part
    assert (part.outcome.value, part.reasons[0].value) == (wanted["outcome"], wanted["reason"])
    assert list(part.policies) == wanted["policies"]
    assert list(part.controls) == wanted["controls"]
    assert part.errors == ()
    if "why" in wanted:
        assert wanted["why"] in found.why
    if "failed" in wanted:
        assert {u.grant: list(u.failed) for u in found.grants} == wanted["failed"]
    if "grants" in wanted:
        assert {u.grant: u.amount for u in found.grants} == wanted["grants"]
    if "roles" in wanted:
        assert found.need is not None
        assert list(found.need.roles) == wanted["roles"]
        assert found.need.approvals == wanted.get("people", 1)
        assert found.need.expires_seconds == wanted["expires"]
