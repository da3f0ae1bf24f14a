"""Who is away from a role, for how long, and who stands in for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import AbsenceEndedRecord, AbsenceRecord
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Away:
    """One absence: `deputy` stands in for `person` in `role`, from `since` to before `until`."""

    ref: Ref
    id: str
    person: str
    role: str
    deputy: str
    since: Instant
    until: Instant
    by: str

    def at(self, moment: Instant) -> bool:
        """Tell whether the deputy stands in at a moment."""
        return self.since <= moment < self.until


class Absences:
    """The absences that have not ended.

    A release under which the one who is away no longer holds the role, or the other is not its
    deputy, ends an absence for good.
    """

    name: ClassVar[str] = "absences"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PLAN_RELEASE, Kind.ABSENCE, Kind.ABSENCE_ENDED}
    )

    def __init__(self) -> None:
        self._by_id: dict[str, Away] = {}

    def known(self, at: Instant) -> tuple[Away, ...]:
        """Return those that last at a moment or begin later, the oldest record first."""
        return tuple(away for away in self._by_id.values() if away.until > at)

    def find(self, absence: str) -> Away | None:
        """Return one by its id, None where it ended."""
        return self._by_id.get(absence)

    def of(self, deputy: str, at: Instant) -> tuple[Away, ...]:
        """Return those by which somebody stands in for others at a moment."""
        if not self._by_id:
            return ()
        return tuple(a for a in self._by_id.values() if a.deputy == deputy and a.at(at))

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, AbsenceRecord):
            self._by_id = {i: away for i, away in self._by_id.items() if away.until > said.at}
            self._by_id[said.id] = _away(entry.ref, said)
        elif isinstance(said, AbsenceEndedRecord):
            self._by_id.pop(said.id, None)
        elif isinstance(said, PlanReleaseRecord):
            self._by_id = {i: a for i, a in self._by_id.items() if may_stand_in(said, a)}

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return those that can still count at `at`."""
        held = [to_json(away) for away in self.known(at)]
        return {"away": held} if held else {}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        made._by_id = {away.id: away for away in from_json(tuple[Away, ...], body["away"])}
        return made


def _away(ref: Ref, said: AbsenceRecord) -> Away:
    return Away(ref, said.id, said.person, said.role, said.deputy, said.since, said.until, said.by)


def may_stand_in(release: PlanReleaseRecord, away: Away) -> bool:
    """Tell whether a plan lets this deputy stand in for this holder of the role."""
    holders = release.roles.get(away.role, ())
    deputies = release.deputies.get(away.role, ())
    return away.person in holders and away.deputy in deputies and away.deputy not in holders
