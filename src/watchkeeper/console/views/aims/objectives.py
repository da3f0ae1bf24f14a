"""Objectives of the plan in force, and what each comes to in the log now."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.check.objectives import Measured
from watchkeeper.check.objectives.text import target_text, value_text
from watchkeeper.console.views.aims.around import around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.plan.register.content import Register
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.objectives import Objective
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Aim:
    """An objective: what is aimed at, what it comes to, and the newest record for and against it.

    Without a log `stands` and `value` are empty; with too little to measure `value` says so, and
    `stands` is neither met nor missed. `left_out` counts what was of another stage, and what can
    not be told yet. `measured` is the day of the newest measurement that was kept.
    """

    id: str
    says: str
    owner: str
    systems: tuple[str, ...]
    controls: tuple[str, ...]
    risks: tuple[str, ...]
    target: str
    window_seconds: int
    least: int
    stands: str
    value: str
    stage: str
    left_out: int
    last: Ref | None
    last_against: Ref | None
    measured: str


@dataclass(frozen=True, slots=True)
class Aims:
    """The objectives of the plan in force, as of `at`; without `log` nobody looked."""

    plan: str
    why: str
    log: bool
    origin: str
    at: Instant
    aims: tuple[Aim, ...]


async def objectives(visit: Visit) -> Aims | Missing:
    """Return the objectives, with their values as of the last look at the log."""
    known = await around(visit)
    measured = known.picture.measured if known.picture is not None else None
    rows = {row.objective.id: row for row in (measured.rows if measured is not None else ())}
    return Aims(
        plan=known.digest,
        why=known.why,
        log=measured is not None,
        origin=known.figures.origin if known.figures is not None else "",
        at=measured.at if measured is not None else visit.now,
        aims=tuple(
            _aim(one, rows.get(one.id), _kept(known.register, one.id))
            for one in known.bundle.objectives
        ),
    )


def _aim(made: Objective, row: Measured | None, kept: str) -> Aim:
    return Aim(
        id=made.id,
        says=made.says,
        owner=made.owner,
        systems=made.systems,
        controls=made.controls,
        risks=made.risks,
        target=target_text(made),
        window_seconds=made.window_seconds,
        least=made.least,
        stands=row.verdict.value if row is not None else "",
        value=(row.why or value_text(row)) if row is not None else "",
        stage=row.stage.value if row is not None else "",
        left_out=row.other_stage + row.undecided if row is not None else 0,
        last=row.last if row is not None else None,
        last_against=row.last_against if row is not None else None,
        measured=kept,
    )


def _kept(register: Register | None, name: str) -> str:
    """Return the day of the newest measurement of an objective that the register holds."""
    found = register.of("measurement").values() if register is not None else ()
    days = [one.on for one in found if name in {row.objective for row in one.rows}]
    return max(days, default="")
