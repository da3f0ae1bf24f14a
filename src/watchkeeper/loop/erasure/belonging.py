"""To which decision a record belongs, also where that stands in an older shard."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.errors import HomeInvalid
from watchkeeper.ledger.erasure import decision_of
from watchkeeper.ledger.marks import Decided
from watchkeeper.loop.erasure.plans import Plans
from watchkeeper.ports import Records
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry


@dataclass(slots=True)
class Belonging:
    """Follows the decisions of one shard; those of an older one are looked up where they stand."""

    records: Records
    plans: Plans
    _decided: Decided = field(default_factory=Decided)

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        self.plans.take(entry)
        said = entry.record.predicate
        if isinstance(said, DecisionRecord):
            self._decided.add(entry.ref.index, said.plan, said.system, said.at)

    def of(self, entry: Entry) -> tuple[str, str | None, Instant]:
        """Return plan, system and age of the action that a record belongs to.

        An action is as old as the decision, whatever is said of it later. Where the decision
        stands in a shard that is not here, nobody knows more than the record's own time: the
        system is None.
        """
        at: Instant = entry.record.predicate.at
        about = decision_of(entry.record)
        if about is None or about.shard == entry.ref.shard:
            return self._decided.of(about.index if about else entry.ref.index) or ("", "", at)
        decided = self.older(entry)
        if decided is None:
            return "", None, at
        said: DecisionRecord = decided.record.predicate
        return said.plan, said.system, said.at

    def older(self, entry: Entry) -> Entry | None:
        """Return the decision in an older shard that a record is about; None if it is not here."""
        about = decision_of(entry.record)
        if about is None or about.shard == entry.ref.shard:
            return None
        try:
            decided = self.records.entry(about)
            said: DecisionRecord = decided.record.predicate
            if not self.plans.knows(said.plan):
                self.plans.look_in(about.shard)
        except HomeInvalid:
            return None
        return decided
