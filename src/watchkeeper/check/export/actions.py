"""Finds the decision that a later record is about: an effect names only its action.

Memory is bounded: of the actions that did not end yet, the newest are kept; of another one the
decision is read back from the log, where that can be done.
"""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

MOST_OPEN = 100_000
LookUp = Callable[[Ref], Entry | None]
_ABOUT_A_DECISION = frozenset({Kind.EFFECT, Kind.VERDICT, Kind.VOID, Kind.QUESTION, Kind.ANSWER})


def nowhere(_: Ref) -> Entry | None:
    """Look nothing up."""
    return None


class Actions:
    """Told of every record in order, it knows the decision that each one is about."""

    def __init__(self, look_up: LookUp = nowhere, most: int = MOST_OPEN) -> None:
        self._look_up, self._most = look_up, most
        self._open: dict[Ref, Entry] = {}

    def decision_of(self, entry: Entry) -> Entry | None:
        """Return the decision that a record is, or is about; None if it is about none."""
        kind, said = entry.record.kind, entry.record.predicate
        if kind is Kind.DECISION:
            self._keep(entry)
            return entry
        if kind not in _ABOUT_A_DECISION:
            return None
        goes_on = kind in {Kind.QUESTION, Kind.ANSWER}
        goes_on = goes_on or (kind is Kind.VERDICT and said.answer is not Answer.REFUSE)
        found = self._open.get(said.decision)
        if not goes_on:
            self._open.pop(said.decision, None)
        if found is None:
            found = self._look_up(said.decision)
        return found if found is not None and found.record.kind is Kind.DECISION else None

    def _keep(self, entry: Entry) -> None:
        said = entry.record.predicate
        if said.escalated_by is not None:
            self._open.pop(said.escalated_by, None)
        if said.decision.outcome.value != "block":
            self._open[entry.ref] = entry
            while len(self._open) > self._most:
                del self._open[next(iter(self._open))]
