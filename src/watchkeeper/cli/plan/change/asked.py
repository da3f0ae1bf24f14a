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
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.diff.registers import with_registers
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.whole import compiled, lint_workspace
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan as what follows another one; `emergency` where an emergency released it so."""

    plan: str
    previous: str | None
    bundle: Bundle
    before: Bundle | None
    registers: tuple[Register | None, Register | None]
    emergency: bool = False


def proposed(folder: Path, line: Line, afterwards: bool | None = None) -> Proposed:
    """Return the workspace's plan, beside the one that it follows.

    `afterwards` says what is answered to: an emergency that released it, or what would follow the
    plan in force; None where only one of the two can be meant.

    Raises:
        PlanRefused: it makes no plan.
        CommandInvalid: either can be meant, or there was no such emergency.
    """
    linted = lint_workspace(folder)
    bundle = compiled(linted)
    plan = bundle_digest(bundle_bytes(bundle))
    told = line.ask("plan-approvals", {})
    urgent = _urgent(told, plan, line.person, afterwards)
    in_force = told["inForce"]
    previous = in_force if urgent is None else urgent["previous"]
    before = None if previous is None else wiring.bundles(line.path)(previous)
    known = None if previous is None or previous != in_force else wiring.register(line.path)
    registers = (known, linted.register)
    return Proposed(plan, previous, bundle, before, registers, urgent is not None)


def _urgent(
    told: Mapping[str, Any], plan: str, person: str, afterwards: bool | None
) -> Mapping[str, Any] | None:
    """Return the emergency that an answer looks at: first an open one of another person.

    To a plan that is in force no other answer is possible. Where the person released all of them,
    the home says what is wrong with that.
    """
    about = [one for one in (*told["emergencies"], *told["lookedAt"]) if one["plan"] == plan]
    urgent = min(about, key=lambda one: one["by"] == person, default=None)
    if afterwards is None:
        afterwards = plan == told["inForce"] or _is_waiting(told, plan, person)
    if afterwards and urgent is None and plan != told["inForce"]:
        raise CommandInvalid(
            "no emergency that can be looked at released this plan", "see `plan approvals`"
        )
    return urgent if afterwards else None


def _is_waiting(told: Mapping[str, Any], plan: str, person: str) -> bool:
    """Tell whether an open emergency is meant although its plan is no longer in force.

    Where it followed the very plan in force, one answer is to both.

    Raises:
        CommandInvalid: nobody can tell.
    """
    waiting = [one for one in told["emergencies"] if one["plan"] == plan and one["by"] != person]
    if any(one["previous"] != told["inForce"] for one in waiting):
        raise CommandInvalid(
            "nobody looked yet at the emergency that released this plan, and another followed",
            "`--afterwards` looks at it; `--next` answers to the plan as the next release",
        )
    return bool(waiting)


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
