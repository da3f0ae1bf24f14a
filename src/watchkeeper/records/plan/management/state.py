"""What the state of the management system says to whoever decides: ids, days and why, no prose."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from watchkeeper.records.instant import Instant


class Topic(enum.StrEnum):
    """What is watched: an assessment, or something that has to be done by a day."""

    IMPACT = "impact"
    RISK = "risk"
    FINDING = "finding"
    COMPETENCE = "competence"
    MANAGEMENT_REVIEW = "management-review"
    INTERNAL_AUDIT = "internal-audit"
    CERTIFICATE = "certificate"
    DOCUMENT = "document"
    ROW = "row"
    RELEASE_REVIEW = "release-review"


ASSESSMENTS = frozenset({Topic.IMPACT, Topic.RISK})
"""Of these a system has one, so that it counts why, not which."""
DATE = "date"
"""Why an assessment counts as stale once its day has passed."""
DRIFT = "drift"
"""Why an assessment counts as stale whose objective was missed since."""
NOT_APPROVED = "not-approved"
"""Why an assessment counts as stale that nobody approved as it is."""
UNDATED = "undated"
"""Why an assessment is stale of which nobody knows when it was made, or until when it is good."""
AHEAD = "dated-ahead"
"""Why an assessment counts as stale until the day on which it says that it was made."""
SUSPENDED, WITHDRAWN = "suspended", "withdrawn"
"""Why a certificate counts that its body took back; such ones are counted apart, as suspended."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing that counts from `until` on, or already, where `since` says why.

    It concerns `systems`, every system where there are none. Of competence `id` is that of the
    need, never a person, and `roles` are those whose holders need it. Before `not_before` it counts
    too: what would make it good was not there yet.
    """

    topic: Topic
    id: str
    systems: tuple[str, ...] = ()
    until: Instant | None = None
    since: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    not_before: Instant | None = None

    @property
    def moments(self) -> tuple[Instant, ...]:
        """When it counts otherwise than before: each moment itself is of what follows it."""
        return tuple(one for one in (self.not_before, self.until) if one is not None)

    def concerns(self, system: str) -> bool:
        """Tell whether it is about a system."""
        return not self.systems or system in self.systems

    def passed(self, at: Instant) -> bool:
        """Tell whether its day has passed: the moment itself counts."""
        return self.until is not None and at >= self.until

    def counting(self, at: Instant) -> tuple[tuple[str, str], ...]:
        """Return what it adds to the state at a moment: pairs of what counts and as which."""
        passed = self.passed(at)
        if self.topic in ASSESSMENTS:
            return tuple((self.topic.value, one) for one in self._why(at))
        if not (passed or self.since or self._is_ahead(at)):
            return ()
        if self.topic is Topic.COMPETENCE:
            return tuple((self.topic.value, role) for role in self.roles)
        found = ((self.topic.value, self.id),)
        taken_back = {SUSPENDED, WITHDRAWN} & set(self.since)
        return (*found, (SUSPENDED, self.id)) if taken_back else found

    def _why(self, at: Instant) -> tuple[str, ...]:
        """Return why an assessment is stale at a moment: time takes a date ahead away, and adds."""
        ahead = [AHEAD] if self._is_ahead(at) else []
        return (*self.since, *([DATE] if self.passed(at) else []), *ahead)

    def _is_ahead(self, at: Instant) -> bool:
        return self.not_before is not None and at < self.not_before


@dataclass(frozen=True, slots=True)
class ControlledDocument:
    """A document under control (ISO/IEC 42001:2023, 7.5): what somebody approved, and until when.

    `digest` is the SHA-256 of the file; `approved_by` a person's id; the days are `YYYY-MM-DD`.
    """

    id: str
    version: str
    digest: str
    approved_by: str | None = None
    approved: str | None = None
    review_by: str | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """When a system was assessed (`YYYY-MM-DD`), and of what: so that a plan can be compared.

    `basis` is the SHA-256 of the part of the plan that was looked at, `off` the triggers that its
    file switched off.
    """

    topic: Topic
    system: str
    on: str | None = None
    basis: str | None = None
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AimsState:
    """What counts at a moment, by topic: `counting` holds nothing for what is well.

    Of an assessment it says why it is stale, of competence which roles lack it, of all else which;
    sorted, each once.
    """

    counting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of `context.facts.aims`: whether anything counts as `of`, or, with `named`, what."""

    name: str
    of: str
    named: bool = False


MEMBERS = (
    Member("impact_stale", Topic.IMPACT),
    Member("impact_why", Topic.IMPACT, named=True),
    Member("risk_stale", Topic.RISK),
    Member("risk_why", Topic.RISK, named=True),
    Member("findings_overdue", Topic.FINDING, named=True),
    Member("competence_expired", Topic.COMPETENCE, named=True),
    Member("management_review_missed", Topic.MANAGEMENT_REVIEW),
    Member("internal_audit_missed", Topic.INTERNAL_AUDIT),
    Member("certificate_suspended", SUSPENDED),
    Member("certificates_lapsed", Topic.CERTIFICATE, named=True),
    Member("documents_overdue", Topic.DOCUMENT, named=True),
    Member("controls_overdue", Topic.ROW, named=True),
    Member("release_review_overdue", Topic.RELEASE_REVIEW),
)
"""What a policy may ask of the management system: each is always there, in a plan that has one."""


@dataclass(frozen=True, slots=True)
class Management:
    """The state of the management system as a release fixes it: only time moves it from there.

    `register` is the SHA-256 of the register, which says all this in words and is not published.
    """

    register: str
    watched: tuple[Watched, ...] = ()
    documents: tuple[ControlledDocument, ...] = ()
    assessments: tuple[Assessed, ...] = ()

    def at(self, system: str, at: Instant, more: tuple[Watched, ...] = ()) -> AimsState:
        """Return what counts for a system at a moment; `more` is what later records add."""
        return state_of((w for w in (*self.watched, *more) if w.concerns(system)), at)


def state_of(watched: Iterable[Watched], at: Instant) -> AimsState:
    """Return what counts at a moment of things that all concern one system."""
    found: dict[str, set[str]] = {}
    for one in watched:
        for name, value in one.counting(at):
            found.setdefault(name, set()).add(value)
    return AimsState({name: tuple(sorted(values)) for name, values in sorted(found.items())})
