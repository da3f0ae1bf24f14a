"""Tasks that applications opened and that have not ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.records.administration import PlanReleaseRecord, ScopeKind, StopRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import MandateEndedRecord, MandateRecord
from watchkeeper.records.plan.systems import Application
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

MANDATE = "mandate"


@dataclass(frozen=True, slots=True)
class Mandate:
    """A task as its record names it; what it binds to besides the actions stands beside `ref`."""

    id: str
    ref: Ref
    application: str
    keyid: str
    system: str
    agent: str
    actions: tuple[str, ...]
    until: Instant


class Mandates:
    """Open tasks by id.

    One ends by its time, by a record, by a stop of its agent, its system or everything, and by a
    release that no longer lets the key that signed it sign mandates for its system. A stop that is
    lifted opens none again.
    """

    name: ClassVar[str] = "mandates"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.MANDATE, Kind.MANDATE_ENDED, Kind.PLAN_RELEASE, Kind.STOP}
    )

    def __init__(self) -> None:
        self._held: dict[str, Mandate] = {}

    def find(self, id_: str, at: Instant) -> Mandate | None:
        """Return an open task."""
        found = self._held.get(id_)
        return found if found is not None and at < found.until else None

    def is_open(self, ref: Ref, at: Instant) -> bool:
        """Tell whether the task that a record opened is still open."""
        return any(one.ref == ref and at < one.until for one in self._held.values())

    def open(self, at: Instant) -> list[Mandate]:
        """Return every open task, in the order in which they were opened."""
        return sorted((m for m in self._held.values() if at < m.until), key=lambda m: m.ref)

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, MandateRecord):
            self._forget_before(said.at)
            self._held[said.id] = _opened(said, entry.ref)
        elif isinstance(said, MandateEndedRecord):
            self._held.pop(said.id, None)
        elif isinstance(said, PlanReleaseRecord):
            self._keep(m for m in self._held.values() if may_sign(said.applications, m))
        elif isinstance(said, StopRecord) and said.scope.kind is not ScopeKind.TOOL:
            held = self._held.values()
            self._keep(m for m in held if not said.scope.holds(m.agent, m.system, ""))

    def _forget_before(self, at: Instant) -> None:
        self._keep(m for m in self._held.values() if at < m.until)

    def _keep(self, mandates: Iterable[Mandate]) -> None:
        self._held = {mandate.id: mandate for mandate in mandates}

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON, without what is over at `at`."""
        return {mandate.id: to_json(mandate) for mandate in self.open(at)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        made._held = {id_: from_json(Mandate, one) for id_, one in body.items()}
        return made


def may_sign(applications: Iterable[Application], mandate: Mandate) -> bool:
    """Tell whether a plan's applications still hold the key that signed a mandate, and may."""
    return any(
        one.id == mandate.application
        and one.system == mandate.system
        and MANDATE in one.may
        and mandate.keyid in one.keyids()
        for one in applications
    )


def _opened(said: MandateRecord, ref: Ref) -> Mandate:
    return Mandate(
        id=said.id,
        ref=ref,
        application=said.application,
        keyid=said.signature.keyid,
        system=said.system,
        agent=said.agent,
        actions=said.actions,
        until=said.until,
    )
