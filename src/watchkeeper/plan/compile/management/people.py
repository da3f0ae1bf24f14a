"""Until when people are known to be able to do what their roles ask (ISO/IEC 42001:2023, 7.2)."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.plan.compile.management.days import after
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.people import CompetenceFile, Held
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic, Watched

MISSING = "missing"


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
        found = [evidence_until(says, need.id, person) for person in holders]
        days = [until for there, until in found if there and until is not None]
        since = () if all(there for there, _ in found) else (MISSING,)
        yield Watched(Topic.COMPETENCE, need.id, (), min(days, default=None), since, (need.role,))


def evidence_until(says: CompetenceFile, need: str, person: str) -> tuple[bool, Instant | None]:
    """Return whether a person has evidence for a need, and when the last of it runs out.

    None where that is never.
    """
    mine = [one for one in says.held if (one.need, one.person) == (need, person)]
    renew = next((one.renew for one in says.needs if one.id == need), None)
    ends = [_until(one, renew) for one in mine]
    known = [end for end in ends if end is not None]
    return bool(mine), max(known) if mine and len(known) == len(ends) else None


def _until(held: Held, renew: int | None) -> Instant | None:
    renewed = after(held.on)
    due = None if renew is None or renewed is None else renewed.plus(renew)
    ends = [end for end in (after(held.expires), due) if end is not None]
    return min(ends, default=None)
