"""Clause by clause from 4.1 to 10.2: what is written down, and beside it what the log shows.

The two are columns of their own: what the log shows makes no record present, and a record shows
nothing of what runs. Where a clause asks for evidence that something ran (8.1), no document stands
for it. Nothing is added up to a score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.clauses.answers import ANSWERS, Asked
from watchkeeper.plan.views.clauses.runtime import NO_LOG, RuntimeEvidence, runtime_of
from watchkeeper.plan.views.clauses.standing import RecordSeen, State
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.standards.clauses import clauses, required_records

RAN = "what ran"
"""What only a log can show, beside the records of a clause."""
_RUNS = frozenset({"8.1"})
"""The clauses that ask for evidence that something ran."""
_ORDER = list(State)


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause: what it wants documented (`required`, empty where nothing), and what is there.

    `verified` is false where what is required rests on no second source. `runtime` is None where
    there was no log to look at.
    """

    clause: str
    title: str
    required: str
    verified: bool
    state: State
    records: tuple[RecordSeen, ...]
    runtime: tuple[RuntimeEvidence, ...] | None

    @property
    def lacking(self) -> bool:
        """Whether it asks for something that is not there as it should be."""
        return bool(self.required) and self.state not in {State.PRESENT, State.NOT_NEEDED}

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        runtime = None if self.runtime is None else [one.json() for one in self.runtime]
        return {
            "clause": self.clause,
            "title": self.title,
            "required": self.required or None,
            "verified": self.verified,
            "state": self.state.value,
            "records": [record.json() for record in self.records],
            "runtime": runtime,
        }


@dataclass(frozen=True, slots=True)
class ClausesView:
    """All clauses at a moment; `triggers` is false where staleness could not be worked out."""

    at: Instant
    rows: tuple[ClauseRow, ...]
    triggers: bool

    @property
    def lacking(self) -> tuple[ClauseRow, ...]:
        """The clauses that ask for something that is not there as it should be."""
        return tuple(row for row in self.rows if row.lacking)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "at": str(self.at),
            "triggers": self.triggers,
            "clauses": [row.json() for row in self.rows],
            "lacking": [row.clause for row in self.lacking],
        }


def clauses_view(
    register: Register,
    bundle: Bundle | None,
    at: Instant,
    figures: Figures | None = None,
    *,
    names: bool = True,
) -> ClausesView:
    """Say clause by clause what is written down, how it stands, and what the log shows.

    Without `names` it is only counted whose evidence of competence lapsed.
    """
    asked = Asked(register, bundle, at, names)
    wanted = {row.clause: row for row in required_records()}
    rows = []
    for clause in clauses().values():
        if clause.heading and clause.id not in ANSWERS:
            continue
        need = wanted.get(clause.id)
        written = ANSWERS[clause.id](asked) if clause.id in ANSWERS else ()
        records = (*written, *_not_seen(clause.id, figures))
        rows.append(
            ClauseRow(
                clause=clause.id,
                title=clause.title,
                required=need.record if need else "",
                verified=need.verified if need else True,
                state=_state(records, required=need is not None),
                records=records,
                runtime=runtime_of(clause.id, register, figures),
            )
        )
    return ClausesView(at, tuple(rows), triggers=bundle is not None)


def _not_seen(clause: str, figures: Figures | None) -> Iterator[RecordSeen]:
    """Yield that nothing shows operation, where a clause asks for it and no decision is seen."""
    if clause in _RUNS and (figures is None or not figures.decisions):
        why = NO_LOG if figures is None else "the log holds no decision"
        yield RecordSeen("the log", RAN, State.MISSING, why=why)


def _state(records: tuple[RecordSeen, ...], *, required: bool) -> State:
    states = {record.state for record in records} or {State.NOT_NEEDED}
    if not required and states <= {State.MISSING, State.NOT_NEEDED}:
        return State.NOT_NEEDED
    if State.PRESENT in states:
        states.discard(State.NOT_NEEDED)
    return min(states, key=_ORDER.index)
