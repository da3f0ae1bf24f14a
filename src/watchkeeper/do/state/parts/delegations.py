"""What agents lent one another of their grants, and how much of it was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import Cap, DelegationEndedRecord, DelegationRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Delegation:
    """What was lent, as its record names it; resources and person stand beside `ref`.

    `bound` says that it is for some resources only, `personal` that it is for a person.
    """

    id: str
    ref: Ref
    grant: str
    giver: str
    taker: str
    actions: tuple[str, ...]
    until: Instant
    caps: tuple[Cap, ...] = ()
    count: int | None = None
    parent: Ref | None = None
    bound: bool | None = None
    personal: bool | None = None


class Delegations:
    """What was lent and holds. One ends by its time, by a record, with its parent, by a release."""

    name: ClassVar[str] = "delegations"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.DELEGATION,
            Kind.DELEGATION_ENDED,
            Kind.PLAN_RELEASE,
            Kind.DECISION,
            Kind.EFFECT,
        }
    )

    def __init__(self) -> None:
        self._held: dict[Ref, Delegation] = {}
        self._used: dict[Ref, int] = {}
        self._charged: dict[str, tuple[Ref, ...]] = {}

    def open(self, at: Instant) -> list[Delegation]:
        """Return everything that holds, in the order in which it was lent."""
        return sorted((d for d in self._held.values() if at < d.until), key=lambda d: d.ref)

    def find(self, id_: str, at: Instant) -> Delegation | None:
        """Return one that holds, by its id."""
        return next((d for d in self.open(at) if d.id == id_), None)

    def of_taker(self, taker: str, grant: str, at: Instant) -> list[Delegation]:
        """Return what an agent was lent of a grant."""
        return [d for d in self.open(at) if (d.taker, d.grant) == (taker, grant)]

    def chain(self, delegation: Delegation) -> list[Delegation]:
        """Return a delegation and those that it rests on, the nearest first."""
        found = [delegation]
        while found[-1].parent is not None and found[-1].parent in self._held:
            found.append(self._held[found[-1].parent])
        return found

    def holds(self, ref: Ref, at: Instant) -> bool:
        """Tell whether the delegation of a record holds."""
        return ref in self._held and at < self._held[ref].until

    def left(self, delegation: Delegation) -> int | None:
        """Return how many actions are left of it; None for any number."""
        used = self._used.get(delegation.ref, 0)
        return None if delegation.count is None else max(delegation.count - used, 0)

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, DelegationRecord):
            self._forget([d.ref for d in self._held.values() if d.until <= said.at])
            self._held[entry.ref] = _lent(said, entry.ref)
        elif isinstance(said, DelegationEndedRecord):
            self._end(said.delegation)
        elif isinstance(said, PlanReleaseRecord):
            self._forget(list(self._held))
        elif isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
            self._charge(said)
        elif isinstance(said, EffectRecord):
            self._settle(said)

    def _end(self, ref: Ref) -> None:
        """End one with all that rests on it."""
        below = [d.ref for d in self._held.values() if d.parent == ref]
        self._forget([ref])
        for child in below:
            self._end(child)

    def _forget(self, refs: list[Ref]) -> None:
        for ref in refs:
            self._held.pop(ref, None)
            self._used.pop(ref, None)

    def _charge(self, said: DecisionRecord) -> None:
        counted = tuple(ref for ref in said.delegations if self._counts(ref))
        if counted:
            self._charged[said.action_id] = counted
        for ref in counted:
            self._used[ref] = self._used.get(ref, 0) + 1

    def _settle(self, said: EffectRecord) -> None:
        for ref in self._charged.pop(said.action_id, ()):
            if said.status is Status.FAILED and ref in self._used:
                self._used[ref] -= 1

    def _counts(self, ref: Ref) -> bool:
        return ref in self._held and self._held[ref].count is not None

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON, without what no longer holds at `at`."""
        held = self.open(at)
        refs = {d.ref for d in held}
        used = {str(ref): n for ref, n in sorted(self._used.items()) if n and ref in refs}
        charged = {
            action: [_place(ref) for ref in counted if ref in refs]
            for action, counted in sorted(self._charged.items())
        }
        found = {
            "held": [to_json(d) for d in held],
            "used": used,
            "charged": {action: some for action, some in charged.items() if some},
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        held = (from_json(Delegation, one) for one in body.get("held", ()))
        made._held = {d.ref: d for d in held}
        places = {str(ref): ref for ref in made._held}
        made._used = {places[place]: n for place, n in body.get("used", {}).items()}
        made._charged = {
            action: tuple(Ref(*place) for place in some)
            for action, some in body.get("charged", {}).items()
        }
        return made


def _lent(said: DelegationRecord, ref: Ref) -> Delegation:
    return Delegation(
        id=said.id,
        ref=ref,
        grant=said.grant,
        giver=said.giver,
        taker=said.taker,
        actions=said.actions,
        until=said.until,
        caps=said.caps,
        count=said.count,
        parent=said.parent,
        bound=True if said.resources else None,
        personal=True if said.on_behalf_of else None,
    )


def _place(ref: Ref) -> list[int]:
    return [ref.shard, ref.index]
