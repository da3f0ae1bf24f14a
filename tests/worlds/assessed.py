"""The bank with a management system: an impact assessment that runs out, and a review by that."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

from tests.worlds.bank import REGISTERS, Bank, bank_file, bundle_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.basis.slice import looked_to_json
from watchkeeper.plan.compile.management.assessments import looked_at
from watchkeeper.plan.whole import lint_workspace
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


@cache
def assessed_plan(**changes: str) -> Bundle:
    """The bank's plan with its assessments, looked at as it stands before `changes`.

    A change is named by its file with `__` for `/` and without an ending.
    """
    named = {_file(name): text for name, text in changes.items()}
    return bundle_of({**MANAGED, **_bases(), **named})


def _file(name: str) -> str:
    path = name.replace("__", "/")
    return f"{path}.cedar" if "policies/" in path else f"{path}.yaml"


@cache
def _bases() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        files = {name: bank_file(name) for name in _FILES}
        linted = lint_workspace(write_workspace(Path(folder), {**files, **MANAGED}))
    assert linted.workspace is not None
    assert linted.bundle is not None
    basis = json.dumps(looked_to_json(looked_at(linted.workspace, linted.bundle, "desk")))
    return {"impacts/desk.basis.json": basis, "assessments/desk.basis.json": basis}


_FILES = ("aims.yaml", "authority/payer.yaml", "tools/bank.yaml", "systems/desk.yaml")


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


__all__ = [
    "REGISTERS",
    "Bank",
    "DiskBank",
    "assessed_plan",
    "decisions",
    "pass_the_day",
    "said_of_aims",
]
