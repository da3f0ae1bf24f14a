"""Payloads held against their records while a home is read: what a retry is recognised by."""

from __future__ import annotations

from watchkeeper.do.state.projection import State
from watchkeeper.ledger.beside import KEYS, beside_entry, not_recorded
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


class Held:
    """Takes the records that a state is rebuilt from, and refuses what is not as recorded.

    What an erasure took away must have ceased to count by `now`, and an escalation whose payload it
    took must not wait.
    """

    def __init__(self, now: Instant) -> None:
        self._now = now
        self._erased: set[Ref] = set()

    def take(self, entry: Entry) -> None:
        """Hold one record's payload, or what is left of it, against the record.

        Raises:
            LogInconsistent: it is not the recorded one.
        """
        found = beside_entry(entry)
        if found.wrong is not None:
            raise not_recorded(str(entry.ref), found.wrong)
        if found.until is not None and found.until > self._now:
            raise not_recorded(str(entry.ref), KEYS)
        if entry.erased is not None and getattr(entry.record.predicate, "escalation", None):
            self._erased.add(entry.ref)

    def finish(self, state: State) -> None:
        """Hold what was taken away against what the records add up to.

        Raises:
            LogInconsistent: an escalation waits without what it waits for.
        """
        for pending in state.pending.waiting() if self._erased else ():
            if pending.decision in self._erased:
                raise not_recorded(str(pending.decision), KEYS)
