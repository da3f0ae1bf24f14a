"""What people let be done by their word without looking again, and what others said for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from watchkeeper.records.action import DecisionRecord, Outcome
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class LentWord:
    """How often a person's word was lent in a role.

    `deputy_of` is for whom they spoke, as a deputy, `count` times; where it is None, so many
    actions were let through by what they had approved ahead.
    """

    person: str
    role: str
    deputy_of: str | None
    count: int

    def __str__(self) -> str:
        if self.deputy_of is None:
            many = "action" if self.count == 1 else "actions"
            return f"as {self.role}: {self.count} {many} approved ahead"
        many = "verdict" if self.count == 1 else "verdicts"
        return f"as {self.role}, standing in for {self.deputy_of}: {self.count} {many}"


class LentWords:
    """Counts them over the records; of a shard that was not read, nobody's name is known."""

    def __init__(self) -> None:
        self._ahead: dict[Ref, tuple[str, str]] = {}
        self._counts: Counter[tuple[str, str, str | None]] = Counter()

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        said = entry.record.predicate
        if isinstance(said, StandingRecord):
            self._ahead[entry.ref] = (said.by, said.role)
        elif isinstance(said, VerdictRecord) and said.stands_in_for is not None:
            self._counts[said.reviewer, said.role, said.stands_in_for] += 1
        elif isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
            for ref in said.standing:
                if ref in self._ahead:
                    self._counts[*self._ahead[ref], None] += 1

    def words(self) -> tuple[LentWord, ...]:
        """Return what was counted, by person and role."""
        ordered = sorted(self._counts.items(), key=lambda one: (*one[0][:2], one[0][2] or ""))
        return tuple(LentWord(*who, count) for who, count in ordered)
