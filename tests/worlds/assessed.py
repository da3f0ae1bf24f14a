"""The bank with a management system: an impact assessment that runs out, and a review by that."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.worlds.bank import Bank, bank_file, bundle_of
from tests.worlds.workspace_files import write_workspace
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.basis.slice import looked_to_json
from watchkeeper.plan.compile.management.assessments import looked_at
from watchkeeper.plan.register.approval import said_digest
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.yaml_tree import parse_yaml
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.plan.bundle import Bundle

GOOD_UNTIL = "2026-11-30"
LAST_MOMENT = parse_instant("2026-11-30T23:59:59.999999Z")
IMPACT = f"""\
system: desk
assessed: 2026-11-01
by: ana
summary: Paying the wrong person harms them.
version: "1"
owner: ana
approved_by: ben
approved: 2026-11-02
review_by: {GOOD_UNTIL}
"""
RISK = IMPACT.replace("Paying the wrong person harms them.", "Two known risks.").replace(
    GOOD_UNTIL, "2027-11-30"
)
STALE_IMPACT = """\
@id("stale-impact")
@control("limits")
@escalate("lead")
forbid (principal, action in Action::"writes", resource)
when { context.facts.aims.impact_stale };
"""
MANAGED: dict[str, str] = {
    "impacts/desk.yaml": IMPACT,
    "assessments/desk.yaml": RISK,
    "policies/desk/aims.review.cedar": STALE_IMPACT,
}


def assessed_plan(files: Mapping[str, str] | None = None) -> Bundle:
    """The bank's plan with its assessments, looked at as it stands before `files` are changed."""
    return _plan(tuple(sorted((files or {}).items())))


@cache
def _plan(files: tuple[tuple[str, str], ...]) -> Bundle:
    return bundle_of(signed({**MANAGED, **bases(), **dict(files)}))


def signed(files: Mapping[str, str]) -> dict[str, str]:
    """The files, in which each approval of an assessment says what it is of."""
    found = dict(files)
    for name in ("impacts/desk", "assessments/desk"):
        text = found[f"{name}.yaml"]
        basis = found.get(f"{name}.basis.json")
        if "approved_by:" in text and "approved_digest:" not in text:
            of = None if basis is None else sha256_hex(canonical_arguments(json.loads(basis)))
            digest = said_digest(parse_yaml(text).value, of)
            found[f"{name}.yaml"] = f"{text}approved_digest: {digest}\n"
    return found


@cache
def bases() -> dict[str, str]:
    """What both assessments looked at: the plan with no file changed."""
    with tempfile.TemporaryDirectory() as folder:
        linted = lint_workspace(write_workspace(Path(folder), {**_OF_BANK, **MANAGED}))
    assert linted.workspace is not None
    assert linted.bundle is not None
    basis = json.dumps(looked_to_json(looked_at(linted.workspace, linted.bundle, "desk")))
    return {"impacts/desk.basis.json": basis, "assessments/desk.basis.json": basis}


def managed_files() -> dict[str, str]:
    """The files by which the bank's workspace differs from the small one."""
    return signed({**_OF_BANK, **MANAGED, **bases()})


_OF_BANK = {
    name: bank_file(name)
    for name in ("aims.yaml", "authority/payer.yaml", "tools/bank.yaml", "systems/desk.yaml")
}


def since(plan: Bundle, topic: str) -> tuple[str, ...]:
    """Why an assessment is stale already."""
    assert plan.management is not None
    return next(one.since for one in plan.management.watched if one.topic == topic)


def pass_the_day(bank: Bank) -> None:
    """Let time go on until the moment at which the impact assessment has run out."""
    bank.clock.advance((Instant(LAST_MOMENT + 1) - bank.home.now()) / 1_000_000)


def decisions(bank: Bank) -> list[DecisionRecord]:
    """The decisions on record, the oldest first."""
    found = (entry.record.predicate for entry in bank.entries())
    return [one for one in found if isinstance(one, DecisionRecord)]


def said_of_aims(record: DecisionRecord) -> str | None:
    """What a decision's record says of the management system."""
    return next((fact.value.clear for fact in record.facts if fact.value.name == "aims"), None)
