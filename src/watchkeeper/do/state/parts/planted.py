"""Escalations that people committed to plant, until they are revealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from watchkeeper.records.action import DecisionRecord, Outcome, Reason, VoidRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord, Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

DAY = 86_400
_ENDS = {Reason.EXPIRED: Observed.EXPIRED, Reason.PLANTED: Observed.APPROVED}


@dataclass(frozen=True, slots=True)
class Plant:
    """One commitment that was not revealed yet.

    `decision` is the escalation once it is planted, `ended` what became of it.
    """

    commitment: str
    drill: Ref
    id: str
    action_id: str
    due: Instant
    decision: Ref | None = None
    ended: Observed | None = None


class Planted:
    """What is committed to, by action. No case stands here: those are in the drill's payload."""

    name: ClassVar[str] = "planted"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.DRILL, Kind.DRILL_REVEALED, Kind.DECISION, Kind.VERDICT, Kind.VOID}
    )

    def __init__(self) -> None:
        self._held: dict[str, Plant] = {}
        self._made: list[tuple[Instant, int]] = []

    def open(self) -> tuple[Plant, ...]:
        """Return what was not revealed yet, the first due first."""
        return tuple(sorted(self._held.values(), key=lambda one: (one.due, one.commitment)))

    def of(self, action_id: str) -> Plant | None:
        """Return what was committed to under an action's id, if it is not revealed yet."""
        return self._held.get(action_id)

    def made_since(self, moment: Instant) -> int:
        """Return how many were committed to since a moment."""
        return sum(count for at, count in self._made if at > moment)

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, DrillRecord):
            self._commit(entry, said)
        elif not self._held:
            return
        elif isinstance(said, DrillRevealedRecord):
            held = self._held.values()
            self._held = {p.action_id: p for p in held if p.commitment != said.commitment}
        else:
            self._follow(entry, said)

    def _commit(self, entry: Entry, said: DrillRecord) -> None:
        self._made = [*self._since(said.at), (said.at, len(said.commitments))]
        for case in entry.beside.get("cases", ()):
            due = Instant(case["due"])
            plant = Plant(case["commitment"], entry.ref, said.id, case["actionId"], due)
            if plant.commitment in said.commitments:
                self._held[plant.action_id] = plant

    def _follow(self, entry: Entry, said: DecisionRecord | VerdictRecord | VoidRecord) -> None:
        plant = self._held.get(said.action_id)
        if plant is None:
            return
        if isinstance(said, DecisionRecord):
            if said.decision.outcome is Outcome.ESCALATE:
                self._held[said.action_id] = replace(plant, decision=entry.ref)
        elif isinstance(said, VoidRecord):
            self._end(plant, _ENDS.get(said.why, Observed.VOIDED))
        elif said.answer is Answer.REFUSE:
            self._end(plant, Observed.REFUSED)

    def _end(self, plant: Plant, how: Observed) -> None:
        if plant.ended is None:
            self._held[plant.action_id] = replace(plant, ended=how)

    def _since(self, at: Instant) -> list[tuple[Instant, int]]:
        return [one for one in self._made if one[0] > at.plus(-DAY)]

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON, without what is older than a day at `at`."""
        found = {
            "held": [to_json(plant) for plant in self.open()],
            "made": [list(one) for one in self._since(at)],
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        held = (from_json(Plant, one) for one in body.get("held", ()))
        made._held = {plant.action_id: plant for plant in held}
        made._made = [(Instant(at), count) for at, count in body.get("made", ())]
        return made
