"""Escalations while they may still be answered, taken back, or turn out to be made up."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.check.objectives.event import Event, Seen
from watchkeeper.records.action import Escalation, Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.management.objectives import Counted
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Voice:
    """An approval that stands: everybody who may be behind it, and its role."""

    ref: Ref
    behind: frozenset[str]
    role: str


@dataclass(slots=True)
class Asked:
    """One escalation. `sure` tells that it is not made up; `later` are events that hang on that.

    It is decided at `decided`: with a refusal, with the approval that was the last one needed, or
    when it was released. `ended` says that nothing can be said of it any more; `over` is when,
    for another reason than that its time was up.
    """

    ref: Ref
    at: Instant
    seen: Seen
    asked: Escalation | None
    sure: bool
    voices: list[Voice] = field(default_factory=list)
    decided: Instant | None = None
    ended: bool = False
    expired: bool = False
    over: Instant | None = None
    later: list[Event] = field(default_factory=list)

    def answer(self, ref: Ref, said: VerdictRecord) -> None:
        """Take up what a reviewer said."""
        if said.answer is Answer.REFUSE:
            self.decided, self.ended = said.at, True
        elif said.answer is Answer.APPROVE:
            behind = frozenset({said.reviewer, said.stands_in_for or said.reviewer})
            self.voices.append(Voice(ref, behind, said.role))
            if self.decided is None and self._is_covered():
                self.decided = said.at
        else:
            self.voices = [one for one in self.voices if one.ref != said.withdraws]
            self.decided = self.decided if self._is_covered() else None

    def release(self, at: Instant) -> None:
        """Note that it was released: then it was decided by now, whoever's word that took."""
        self.decided, self.ended = self.decided or at, True

    def void(self, why: Reason, at: Instant) -> None:
        """Note that it can be answered no more."""
        self.ended = True
        self.expired = why is Reason.EXPIRED
        self.over = at

    def event(self, until: Instant) -> Event:
        """Return what it comes to; `until` is where the log ends that was read."""
        after = None if self.decided is None else self.decided - self.at
        waited = None if self.expired else (self.over or until) - self.at
        return Event(Counted.ESCALATIONS, self.at, self.ref, self.seen, after=after, waited=waited)

    def _is_covered(self) -> bool:
        """Tell whether approvals of different people are enough (decision semantics, 5)."""
        if self.asked is None:
            return False
        kept: list[Voice] = []
        for one in self.voices:
            if not any(one.behind & other.behind for other in kept):
                kept.append(one)
        roles = self.asked.roles
        held = [one.role for one in kept]
        return len(kept) >= self.asked.approvals and all(
            held.count(role) >= roles.count(role) for role in set(roles)
        )
