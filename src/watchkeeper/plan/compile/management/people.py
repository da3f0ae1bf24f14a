"""Until when people are known to be able to do what their roles ask (ISO/IEC 42001:2023, 7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.people import CompetenceFile, Held
from watchkeeper.records.day import after, beginning
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic, Watched

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of time for which there is evidence; `until` is None where it never runs out."""

    since: Instant
    until: Instant | None

    def reaches(self, at: Instant) -> bool:
        """Tell whether it lasts until a moment."""
        return self.until is None or at <= self.until

    def holds(self, at: Instant) -> bool:
        """Tell whether there is evidence at a moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def longer(self, until: Instant | None) -> Evidence:
        """Return it with what follows on it, or lies in it."""
        if self.until is None or until is None:
            return Evidence(self.since, None)
        return Evidence(self.since, max(self.until, until))


def watch_competence(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch each need: it counts for its role as soon as any holder has no valid evidence.

    The plan says which role and from when on, never whose evidence it is.
    """
    file = workspace.management.one("competence")
    if file is None:
        return
    says: CompetenceFile = file.says
    for need in sorted(says.needs, key=lambda one: one.id):
        holders = bundle.roles.get(need.role, ())
        found = [evidence_of(says, need.id, person) for person in holders]
        ends = [one.until for one in found if one is not None and one.until is not None]
        begins = [one.since for one in found if one is not None]
        yield Watched(
            Topic.COMPETENCE,
            need.id,
            until=min(ends, default=None),
            since=() if all(found) else (MISSING,),
            roles=(need.role,),
            not_before=max(begins, default=None),
        )


def evidence_of(says: CompetenceFile, need: str, person: str) -> Evidence | None:
    """Return from when on and until when there is evidence of a need: of its last whole span.

    None where there is none at all. What begins later than the span before it ends is a span of its
    own, so that evidence of a day to come counts for nothing before that day.
    """
    renew = next((one.renew for one in says.needs if one.id == need), None)
    mine = [_span(one, renew) for one in says.held if (one.need, one.person) == (need, person)]
    found: Evidence | None = None
    for one in sorted(mine, key=lambda one: one.since):
        found = one if found is None or not found.reaches(one.since) else found.longer(one.until)
    return found


def _span(held: Held, renew: int | None) -> Evidence:
    renewed = after(held.on)
    due = None if renew is None or renewed is None else renewed.plus(renew)
    ends = [end for end in (after(held.expires), due) if end is not None]
    return Evidence(beginning(held.on), min(ends, default=None))
