"""How a record stands: whose it is, until when it is good, and what is missing of it.

Two sorts are told apart. What is kept up (a policy, a risk, an assessment) needs an owner, an
approval of what it says now, and a day by which it is looked at again. What tells of something
that happened (an audit, a review, a measurement, a finding) needs somebody who answers for it, and
what is due of it must not be overdue.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.plan.register.approval import approves_nothing, changed_since_approval
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.kinds import BY_KIND
from watchkeeper.plan.workspace.models.management.evaluation import AuditFile, ReviewFile
from watchkeeper.plan.workspace.models.management.findings import FindingFile
from watchkeeper.plan.workspace.models.management.objectives import MeasurementFile
from watchkeeper.plan.workspace.placeholders import placeholders
from watchkeeper.records.day import day_of, has_passed
from watchkeeper.records.instant import Instant

_HAPPENED = ("approved", "assessed", "on", "raised", "closed", "reported", "accepted", "issued")
"""Keys that say when something happened, which can not be on a day to come."""


class State(enum.StrEnum):
    """How a record, or a clause, stands; the worst comes first."""

    MISSING = "missing"
    TEMPLATE = "template"
    INCOMPLETE = "incomplete"
    NOT_APPROVED = "not-approved"
    STALE = "stale"
    PRESENT = "present"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class RecordSeen:
    """A record, or one that should be there: where, what of it, whose, until when, how it stands.

    `why` says in words what is the matter; it is empty for what is present.
    """

    file: str
    what: str
    state: State
    owner: str = ""
    approved_by: str = ""
    review_by: str = ""
    why: str = ""

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "file": self.file,
            "what": self.what,
            "state": self.state.value,
            "owner": self.owner or None,
            "approvedBy": self.approved_by or None,
            "reviewBy": self.review_by or None,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """Who answers for a record, who approved it, and the last day of what is due of it.

    `kept_up` says that an approval and a day are needed; `digest_apart` that what was approved is
    named elsewhere than in `approved_digest`.
    """

    owner: str | None
    approved_by: str | None
    until: str | None
    kept_up: bool = True
    digest_apart: bool = False


def record_of(register: Register, kind: str, id_: str, at: Instant) -> RecordSeen | None:
    """Return how a record stands at a moment; None where there is no such record."""
    says = register.aims if kind == "aims" else register.of(kind).get(id_)
    if says is None:
        return None
    place = BY_KIND[kind]
    value = register.value["aims"] if kind == "aims" else register.value["files"][kind][id_]
    basis = register.value.get("bases", {}).get(kind, {}).get(id_)
    what = place.kind if not id_ else f"{place.kind} {id_}"
    return standing(place.where.replace("*", id_), what, head_of(says), value, at, basis=basis)


def standing(  # noqa: PLR0913
    file: str,
    what: str,
    head: Head,
    value: Mapping[str, Any],
    at: Instant,
    *,
    basis: str | None = None,
) -> RecordSeen:
    """Return how a record with a head stands; `value` is what its file says.

    `basis` is the digest of what an assessment looked at.
    """
    seen = RecordSeen(
        file,
        what,
        State.PRESENT,
        head.owner or "",
        head.approved_by or "",
        head.until or "",
    )
    for state, why in _faults(head, value, at, basis):
        return replace(seen, state=state, why=why)
    return seen


def _faults(
    head: Head, value: Mapping[str, Any], at: Instant, basis: str | None
) -> list[tuple[State, str]]:
    asked = list(placeholders(value))
    found = []
    if asked:
        where = ".".join(str(step) for step in asked[0])
        found.append((State.TEMPLATE, f"`{where}` is as the template has it"))
    if head.owner is None:
        found.append((State.INCOMPLETE, "nobody answers for it"))
    for key, day in ahead(value, at):
        state = State.NOT_APPROVED if key == "approved" else State.INCOMPLETE
        found.append((state, still_to_come(key, day)))
    if head.kept_up and head.approved_by is None:
        found.append((State.NOT_APPROVED, "nobody approved it"))
    if head.kept_up and not head.digest_apart and approves_nothing(value):
        found.append((State.NOT_APPROVED, "its approval does not say of what"))
    if head.kept_up and changed_since_approval(value, basis):
        found.append((State.NOT_APPROVED, "it was changed since it was approved"))
    if head.kept_up and head.until is None:
        found.append((State.INCOMPLETE, "no day by which it is looked at again"))
    if head.until is not None and has_passed(head.until, at):
        found.append((State.STALE, f"was due by {head.until}"))
    return found


def ahead(value: Mapping[str, Any], at: Instant) -> Iterator[tuple[str, str]]:
    """Yield each key, with its day, that says that something happened on a day still to come."""
    today = day_of(at)
    for key in _HAPPENED:
        day = value.get(key)
        if isinstance(day, str) and day > today:
            yield key, day


def still_to_come(key: str, day: str) -> str:
    """Say of what `ahead` yields what is the matter."""
    return f"`{key}` is {day}, which is still to come"


def head_of(says: Any) -> Head:
    """Return the head of a record of any kind."""
    if isinstance(says, MeasurementFile):
        return Head(says.owner or says.by, says.evaluated_by, None, kept_up=False)
    if isinstance(says, AuditFile):
        first = says.auditors[0] if says.auditors else None
        return Head(says.owner or first, says.approved_by, None, kept_up=False)
    if isinstance(says, ReviewFile):
        return Head(says.owner or says.chaired_by, says.approved_by, says.next_by, kept_up=False)
    if isinstance(says, FindingFile):
        return Head(_who(says), says.approved_by, due_of(says), kept_up=False)
    return Head(
        getattr(says, "owner", None),
        getattr(says, "approved_by", None),
        getattr(says, "review_by", None),
    )


def _who(says: FindingFile) -> str | None:
    named = [action.owner for action in says.actions if action.owner]
    return says.owner or (named[0] if named else says.by)


def due_of(says: FindingFile) -> str | None:
    """Return the first day by which something of a finding is due; None once it is closed."""
    if says.closed is not None:
        return None
    days = [action.by for action in says.actions if action.by and action.done is None]
    if says.effect is not None and says.effect.by and says.effect.on is None:
        days.append(says.effect.by)
    return min(days, default=None)
