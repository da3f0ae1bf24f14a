"""A workspace as the plan that somebody is asked about: its digest, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import Line
from watchkeeper.cli.plan.change.diff import diff_text
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.diff.registers import with_registers
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.whole import compiled, lint_workspace
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan as what would follow another one; `emergency` where it is in force by one already."""

    plan: str
    previous: str | None
    bundle: Bundle
    before: Bundle | None
    registers: tuple[Register | None, Register | None]
    emergency: bool = False


def proposed(folder: Path, line: Line) -> Proposed:
    """Return the workspace's plan, beside the one that is in force in a home.

    Raises:
        PlanRefused: it makes no plan.
    """
    linted = lint_workspace(folder)
    bundle = compiled(linted)
    plan = bundle_digest(bundle_bytes(bundle))
    told = line.ask("plan-approvals", {})
    urgent = _urgent(told, plan, line.person)
    previous = told["inForce"] if urgent is None else urgent["previous"]
    before = None if previous is None else wiring.bundles(line.path)(previous)
    known = None if urgent is not None or previous is None else wiring.register(line.path)
    registers = (known, linted.register)
    return Proposed(plan, previous, bundle, before, registers, urgent is not None)


def _urgent(told: Mapping[str, Any], plan: str, person: str) -> Mapping[str, Any] | None:
    """Return the emergency by which a plan was released, first an open one that a person may see.

    Where they released all of them, the home says what is wrong with that.
    """
    about = [one for one in (*told["emergencies"], *told["lookedAt"]) if one["plan"] == plan]
    return min(about, key=lambda one: one["by"] == person, default=None)


def show(found: Proposed) -> None:
    """Say what the plan changes, so that nobody answers to what they have not seen."""
    output.say(f"plan {found.plan}")
    if found.emergency:
        output.say("released in an emergency; this is the look at it afterwards")
    if found.before is None:
        output.say(f"what it changes can not be told: {found.previous} is not published here")
    else:
        diff = diff_bundles(found.before, found.bundle)
        output.say(diff_text(with_registers(diff, *found.registers)))
