"""A grant's limits, decided by the engine as they were written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cedarpy
import pytest

from tests.worlds.workspace_files import FILES, with_change, write_workspace
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import PolicyKind


def _context(amount: str = "100.0", **changed: Any) -> dict[str, Any]:
    budget = {"count0": 1, "sum0": {"__extn": {"fn": "decimal", "arg": amount}}}
    budget.update(changed.pop("budget", {}))
    facts = {
        "clock": {
            "now": {
                "__extn": {"fn": "datetime", "arg": changed.pop("now", "2026-11-23T00:00:00Z")}
            },
            "hour": 5,
            "weekday": 1,
        },
        "stage": "demonstration",
        "boundary": "exclusive",
        "claims": {"matches": True},
        "budget": {"pays": budget} if changed.pop("with_budget", True) else {},
        "account": {"limit": {"__extn": {"fn": "decimal", "arg": "5000.0"}}},
    }
    args = {
        "to": "x",
        "amount": {"__extn": {"fn": "decimal", "arg": amount}},
        "cents": 1,
        "why": {"__entity": {"type": "E_pay::why", "id": "late"}},
        "key": "k",
        **changed,
    }
    return {"args": args, "size": {}, "derived": {}, "nulls": [], "opaque": [], "facts": facts}


def _satisfied(bundle: Bundle, context: dict[str, Any], agent: str = "payer") -> set[str]:
    """Return the policies of the grant that hold, each asked by itself as a permit."""
    schema = cedarpy.Schema.from_str(bundle.cedar_schemas["desk"])
    found = set()
    for policy in bundle.policies:
        if policy.grant is None:
            continue
        text = policy.text.replace("forbid", "permit", 1)
        request = {
            "principal": {"type": "Agent", "id": agent},
            "action": {"type": "Action", "id": "bank/pay"},
            "resource": {"type": "Account", "id": "x"},
            "context": context,
        }
        result = cedarpy.is_authorized(request, text, "[]", schema)
        assert result.decision is not cedarpy.Decision.NoDecision, result.diagnostics.errors
        if result.allowed:
            found.add(policy.id)
    return found


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return compile_folder(write_workspace(tmp_path))


@pytest.mark.parametrize(
    ("amount", "holds"),
    [
        ("0.0099", set()),
        ("0.01", {"grant.pays"}),
        ("200.0", {"grant.pays"}),
        ("200.0001", {"grant.pays", "grant.pays.review"}),
        ("500.0", {"grant.pays", "grant.pays.review"}),
        ("-1.0", set()),
    ],
)
def test_alone_with_review_and_never(bundle: Bundle, amount: str, holds: set[str]) -> None:
    assert _satisfied(bundle, _context(amount)) == holds


def test_never_beyond_the_last_band_though_a_review_fires(bundle: Bundle) -> None:
    over = _context("1000.0001", budget={"sum0": {"__extn": {"fn": "decimal", "arg": "1.0"}}})
    assert _satisfied(bundle, over) == {"grant.pays.review"}


def test_a_budget_counts_what_it_would_hold_after_this_action(bundle: Bundle) -> None:
    def holds(budget: dict[str, Any]) -> bool:
        return bool(_satisfied(bundle, _context("1.0", budget=budget)))

    assert holds({"count0": 10})
    assert not holds({"count0": 11})
    assert holds({"sum0": {"__extn": {"fn": "decimal", "arg": "500.0"}}})
    assert not holds({"sum0": {"__extn": {"fn": "decimal", "arg": "500.0001"}}})


def test_a_budget_that_is_not_given_permits_nothing(bundle: Bundle) -> None:
    assert _satisfied(bundle, _context("1.0", with_budget=False)) == set()


def test_a_grant_ends(bundle: Bundle) -> None:
    assert _satisfied(bundle, _context("1.0", now="2029-12-31T23:59:59Z"))
    assert not _satisfied(bundle, _context("1.0", now="2030-01-01T00:00:00Z"))


def test_a_grant_is_for_its_agent(bundle: Bundle) -> None:
    assert _satisfied(bundle, _context("1.0"), agent="other") == set()


def test_the_bundle_says_what_the_files_say(bundle: Bundle) -> None:
    (grant,) = bundle.grants
    assert grant.valid_until == "2030-01-01T00:00:00.000000Z"
    assert (grant.bands[0].alone, grant.bands[0].review) == ("200.00", "1000.00")
    assert (grant.budgets[0].seconds, grant.budgets[0].sum) == (86_400, "500.00")
    review = next(p for p in bundle.policies if p.id == "grant.pays.review")
    assert (review.kind, review.escalate_to, review.grant) == (PolicyKind.REVIEW, ("lead",), "pays")
    assert review.actions == ("bank/pay",)


def test_an_integer_argument_is_limited_as_one(tmp_path: Path) -> None:
    change = with_change(
        "authority/payer.yaml",
        "argument: amount\n        least: 0.01",
        "argument: cents\n        least: 1",
    )
    bundle = compile_folder(write_workspace(tmp_path, change))
    permit = next(p for p in bundle.policies if p.id == "grant.pays")
    assert 'context.args["cents"] <= 1000' in permit.text
    assert _satisfied(bundle, _context("1.0", cents=200)) == {"grant.pays"}
    assert _satisfied(bundle, _context("1.0", cents=201)) == {"grant.pays", "grant.pays.review"}


def test_an_optional_argument_that_is_missing_is_outside_the_grant(tmp_path: Path) -> None:
    definitions = FilesWithOptional(tmp_path).write()
    bundle = compile_folder(definitions)
    context = _context("1.0")
    assert _satisfied(bundle, context) == {"grant.pays"}
    del context["args"]["amount"]
    assert _satisfied(bundle, context) == set()


class FilesWithOptional:
    """The workspace with `amount` no longer required."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self) -> Path:
        import json

        from tests.worlds.workspace_files import DEFINITIONS, FILES, PINS
        from watchkeeper.ledger.plan_bundle import tool_pin

        pay = json.loads(json.dumps(DEFINITIONS[0]))
        pay["inputSchema"]["required"].remove("amount")
        policies = FILES["policies/desk/pays.forbid.cedar"]
        guarded = policies.replace("when { ", "when { context.args has amount && ")
        return write_workspace(
            self.folder,
            {
                "tools/bank.definitions.json": json.dumps({"tools": [pay, DEFINITIONS[1]]}),
                "tools/bank.yaml": FILES["tools/bank.yaml"].replace(PINS["pay"], tool_pin(pay)),
                "policies/desk/pays.forbid.cedar": guarded,
            },
        )


def test_a_sum_without_a_band_takes_no_negative_amounts(tmp_path: Path) -> None:
    text = FILES["authority/payer.yaml"]
    start, end = text.index("    bands:"), text.index("    budgets:")
    unbanded = text[:start] + text[end:].replace("role: lead", "role: lead\n      always: true")
    bundle = compile_folder(write_workspace(tmp_path, {"authority/payer.yaml": unbanded}))
    assert "grant.pays" in _satisfied(bundle, _context("0.0"))
    assert "grant.pays" not in _satisfied(bundle, _context("-0.0001"))


def test_a_review_of_everything(tmp_path: Path) -> None:
    change = with_change("authority/payer.yaml", "        review: 1000.00\n", "")
    text = change["authority/payer.yaml"]
    assert isinstance(text, str)
    change["authority/payer.yaml"] = text.replace("role: lead", "role: lead\n      always: true")
    bundle = compile_folder(write_workspace(tmp_path, change))
    assert _satisfied(bundle, _context("1.0")) == {"grant.pays", "grant.pays.review"}


def test_actions_with_other_argument_types_get_permits_of_their_own(tmp_path: Path) -> None:
    import json

    from tests.worlds.workspace_files import DEFINITIONS, FILES
    from watchkeeper.ledger.plan_bundle import tool_pin

    whole = json.loads(json.dumps(DEFINITIONS[0]))
    whole["name"] = "pay_whole"
    whole["inputSchema"]["properties"]["amount"] = {"type": "integer"}
    authority = FILES["authority/payer.yaml"].replace("[bank/pay]", "[bank/pay, bank/pay_whole]")
    bundle = compile_folder(
        write_workspace(
            tmp_path,
            {
                "tools/bank.definitions.json": json.dumps({"tools": [*DEFINITIONS, whole]}),
                "tools/bank.yaml": FILES["tools/bank.yaml"]
                + f"  pay_whole:\n    pin: {tool_pin(whole)}\n    writes: true\n"
                "    clear: [amount]\n    idempotency: key\n",
                "authority/payer.yaml": authority.replace("least: 0.01", "least: 1"),
            },
        )
    )
    permits = {p.id: p.actions for p in bundle.policies if p.grant and p.kind is PolicyKind.PERMIT}
    assert permits == {"grant.pays.1": ("bank/pay",), "grant.pays.2": ("bank/pay_whole",)}
    assert all(p.grant == "pays" for p in bundle.policies if p.id.startswith("grant."))


def test_the_same_workspace_gives_the_same_plan(tmp_path: Path, bundle: Bundle) -> None:
    again = compile_folder(write_workspace(tmp_path / "again"))
    assert replace(again, gaps=()) == replace(bundle, gaps=())
