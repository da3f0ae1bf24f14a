"""What records must keep to, where not every record is at hand."""

from __future__ import annotations

from collections.abc import Callable

from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.statement import Record
from watchkeeper.verify.conduct import Conduct
from watchkeeper.verify.entries import Decided, Fact
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.report import Report

APPROVALS = 9


class PartialConduct(Conduct):
    """Takes up the facts of a bundle in order.

    What a record refers back to must be in the bundle, where it stands in the bundle's shard; what
    stands in an older one is counted as not checked. What may have happened in a gap is not
    held against it: a stop may have been lifted there.
    """

    def __init__(
        self,
        report: Report,
        genesis: GenesisRecord,
        holds: Callable[[int], bool],
        plan_of: PlanOf,
    ) -> None:
        super().__init__(report, genesis, plan_of)
        self.erasures.holds = holds
        self.erasures.needed = lambda _: False  # its end may stand in a gap
        self._holds = holds
        self._next = 0
        self.gaps = False

    def take(self, fact: Fact) -> None:
        """Take up the next record."""
        if fact.index != self._next:
            self.gaps = self.drills.gaps = self.purses.partial = True
            self.lent.scene.gaps = self.management.gaps = self.changes.gaps = True
            self._stops.clear()
            self.channels.skip()
        self._next = fact.index + 1
        if isinstance(fact.said, Decided):
            self._check_there(fact.index, fact.said)
        super().take(fact)

    def _check_there(self, index: int, decided: Decided) -> None:
        before = [decided.escalated_by] if decided.escalated_by else []
        cited = [*decided.verdicts, *decided.standing, *before]
        for one in cited:
            if one.shard == self._shard and not self._holds(one.index):
                what = f"approved by way of record {one.index}, which is not in the bundle"
                self._report.fail(APPROVALS, what, index)

    def _resume(self, index: int, record: Record) -> None:
        if self.gaps:
            self._stops.add(record.predicate.scope)
        super()._resume(index, record)
