"""Signals of risks: what would show, in the records, that a risk happens (6.1.2, 8.2).

A signal is evaluated as an objective is: a count over a window, or an objective that is missed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from watchkeeper.check.objectives import Measured, Measurement, Verdict
from watchkeeper.check.oversight.text import span
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.head import Signal
from watchkeeper.plan.workspace.models.management.risks import RiskFile
from watchkeeper.records.plan.management.objectives import Counted, Measure, Objective, Target
from watchkeeper.records.reference import Ref

MARK = "signal:"
"""How the id of a signal's query begins; no objective's id holds a colon."""
_DAY = 86_400


class Stands(enum.StrEnum):
    """What a signal says."""

    SHOWING = "risk-is-showing"
    QUIET = "quiet"

    CANNOT_TELL = "cannot-tell"
    """There was nothing to look at, or what it asks for can not be measured."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A signal of a risk, what it says, the newest record that counts for it, and its systems."""

    risk: str
    says: str
    stands: Stands
    number: int = 0
    of: int = 0
    last: Ref | None = None
    systems: tuple[str, ...] = ()


def queries_of(register: Register) -> tuple[Objective, ...]:
    """Return the counts that signals ask for, as objectives of which the miss is the signal."""
    found = []
    for risk_id, place, signal in _signals(register):
        if signal.objective is None:
            found.append(_query(f"{MARK}{risk_id}:{place}", register.of("risk")[risk_id], signal))
    return tuple(found)


def signals_of(register: Register, measured: Measurement) -> tuple[Shown, ...]:
    """Say of each signal of each risk whether it shows, from what was measured.

    `measured` holds the objectives of the plan and what `queries_of` asks for.
    """
    rows = {row.objective.id: row for row in measured.rows}
    return tuple(_shown(*one, rows) for one in _signals(register))


def _signals(register: Register) -> Iterator[tuple[str, int, Signal]]:
    for risk_id, risk in sorted(register.of("risk").items()):
        for place, signal in enumerate(risk.signals):
            yield risk_id, place, signal


def _query(name: str, risk: RiskFile, signal: Signal) -> Objective:
    asked = {
        "control": signal.control,
        "policy": signal.policy,
        "reason": signal.reason,
        "outcome": signal.outcome,
    }
    return Objective(
        id=name,
        says=words_of(signal),
        owner=risk.owner or "",
        measure=Measure(
            Counted.DECISIONS, {key: (value,) for key, value in asked.items() if value is not None}
        ),
        target=Target(at_most=str(signal.more_than or 0)),
        window_seconds=signal.within or _DAY,
        systems=tuple(sorted(risk.systems)),
        risks=(risk.id,),
    )


def words_of(signal: Signal) -> str:
    """Say in words what a signal looks for."""
    if signal.objective is not None:
        return f"objective {signal.objective} is missed"
    named = {"control": signal.control, "policy": signal.policy, "reason": signal.reason}
    what = " and ".join(f"{key} {value}" for key, value in named.items() if value is not None)
    outcome = f" with outcome {signal.outcome}" if signal.outcome is not None else ""
    within = span((signal.within or _DAY) * 1000)
    count = signal.more_than or 0
    return f"more than {count} decisions of {what or 'any kind'}{outcome} within {within}"


def systems_of(objective: Objective) -> tuple[str, ...]:
    """Return the systems that an objective is measured over; none where it is over all."""
    return tuple(objective.measure.where.get("system", objective.systems))


def _shown(risk: str, place: int, signal: Signal, rows: Mapping[str, Measured]) -> Shown:
    row = rows.get(signal.objective or f"{MARK}{risk}:{place}")
    if row is None:
        return Shown(risk, words_of(signal), Stands.CANNOT_TELL)
    stands = _STANDS[row.verdict]
    systems = systems_of(row.objective)
    return Shown(risk, words_of(signal), stands, row.number, row.of, row.last_against, systems)


_STANDS = {
    Verdict.MET: Stands.QUIET,
    Verdict.MISSED: Stands.SHOWING,
    Verdict.TOO_FEW: Stands.CANNOT_TELL,
    Verdict.NOT_MEASURABLE: Stands.CANNOT_TELL,
}
