"""Escalated actions that wait for people, or for the agent to come back (semantics, 5)."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from watchkeeper.do.decision.facts import ApprovalFact, VerdictFact
from watchkeeper.records.action import Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


class Waiting(enum.StrEnum):
    """Where an escalated action stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    VOIDED = "voided"
    RELEASED = "released"


@dataclass(slots=True)
class Pending:
    """One escalated action, as it was recorded.

    `kept_out` are people who must not decide on it; `reason` is `required` where an approval needs
    one; `questions` were asked back, `answers` are those that the agent gave, in their order;
    `mandate` is the task that it belongs to, `delegations` by what `givers` lent what it needs.
    """

    action_id: str
    handle: str
    agent: str
    system: str
    action: str
    same: str
    digest: str
    pin: str | None
    plan: str
    decision: Ref
    at: Instant
    expires: Instant
    roles: tuple[str, ...]
    approvals: int
    reviews: tuple[str, ...]
    shown: str
    shown_facts: str
    keys: tuple[str, ...] = ()
    state: Waiting = Waiting.PENDING
    verdicts: tuple[VerdictFact, ...] = ()
    released: str | None = None
    ended: Instant | None = None
    why: Reason | None = None
    vouchers: Mapping[str, str] = field(default_factory=dict)
    """Who vouched for the passkey of an approval, by the place of the verdict."""
    keyids: Mapping[str, str] = field(default_factory=dict)
    """The key that signed an approval, by the place of the verdict: it may be revoked yet."""
    kept_out: tuple[str, ...] = ()
    reason: str | None = None
    questions: tuple[Ref, ...] = ()
    answers: tuple[Ref, ...] = ()
    mandate: Ref | None = None
    standing: tuple[Ref, ...] = ()
    """The standing approvals that counted when it was escalated, and were not enough."""
    delegations: tuple[Ref, ...] = ()
    givers: tuple[str, ...] = ()

    def approval(self) -> ApprovalFact:
        """Return what was approved, as a fact for the decision that releases it."""
        return ApprovalFact(self.decision, self.given(), self.reviews, self.shown_facts)

    def given(self) -> tuple[VerdictFact, ...]:
        """Return the approvals, each with who vouched for its passkey."""
        by = self.vouchers
        return tuple(replace(v, vouched=by.get(str(v.ref))) for v in self.verdicts)

    def keep(self, verdicts: tuple[VerdictFact, ...]) -> None:
        """Let these approvals stand, and nothing be known of any other."""
        standing = {str(v.ref) for v in verdicts}
        self.verdicts = verdicts
        self.vouchers = {ref: by for ref, by in self.vouchers.items() if ref in standing}
        self.keyids = {ref: keyid for ref, keyid in self.keyids.items() if ref in standing}

    def waits(self) -> bool:
        """Tell whether it can still be released."""
        return self.state in {Waiting.PENDING, Waiting.APPROVED}


@dataclass(slots=True)
class PendingActions:
    """All escalated actions that wait, and those that ended a short while ago."""

    _by_handle: dict[str, Pending] = field(default_factory=dict)
    _by_action: dict[str, Pending] = field(default_factory=dict)
    _by_same: dict[tuple[str, str], Pending] = field(default_factory=dict)
    _by_key: dict[str, Pending] = field(default_factory=dict)
    _waiting: Counter[str] = field(default_factory=Counter)
    """How many wait, by agent."""

    def add(self, pending: Pending) -> None:
        """Note a new escalation."""
        self._by_handle[pending.handle] = pending
        self._by_action[pending.action_id] = pending
        self._by_same[pending.agent, pending.same] = pending
        for key in pending.keys:
            self._by_key[key] = pending
        if pending.waits():
            self._waiting[pending.agent] += 1

    def by_handle(self, handle: str) -> Pending | None:
        """Find one by the handle that the agent got."""
        return self._by_handle.get(handle)

    def by_action(self, action_id: str) -> Pending | None:
        """Find one by its action."""
        return self._by_action.get(action_id)

    def approved_by(self, verdict: Ref) -> Pending | None:
        """Find the action on which an approval stands, by the place of the verdict."""
        return next(
            (p for p in self._by_handle.values() for v in p.verdicts if v.ref == verdict), None
        )

    def approved_of(self, person: str) -> list[Pending]:
        """Return the actions on which an approval of a person stands, the oldest first."""
        mine = (
            p for p in self._by_handle.values() if any(v.reviewer == person for v in p.verdicts)
        )
        return sorted(mine, key=lambda p: p.decision)

    def same_call(self, agent: str, same: str) -> Pending | None:
        """Find the agent's identical call that still waits."""
        found = self._by_same.get((agent, same))
        return found if found is not None and found.waits() else None

    def holding(self, key: str) -> Pending | None:
        """Find the action that waits under a key."""
        found = self._by_key.get(key)
        return found if found is not None and found.waits() else None

    def waiting(self) -> list[Pending]:
        """Return all that wait, the oldest first."""
        return sorted((p for p in self._by_handle.values() if p.waits()), key=lambda p: p.decision)

    def unanswered(self) -> Iterator[Pending]:
        """Return all that nobody has answered yet, in no order."""
        return (p for p in self._by_handle.values() if p.state is Waiting.PENDING)

    def count_of(self, agent: str) -> int:
        """Return how many of an agent's actions wait for people."""
        return self._waiting[agent]

    def end(self, action_id: str, state: Waiting, at: Instant, why: Reason | None = None) -> None:
        """Note that one no longer waits, and why."""
        pending = self._by_action.get(action_id)
        if pending is not None:
            if pending.waits():
                self._waiting[pending.agent] -= 1
            pending.state = state
            pending.ended = at
            pending.why = why

    def kept_since(self, moment: Instant) -> list[Pending]:
        """Return all that wait and all that ended at `moment` or later, as they were added."""
        return [p for p in self._by_handle.values() if p.ended is None or p.ended >= moment]

    def forget_before(self, moment: Instant) -> list[str]:
        """Forget those that ended before a moment; return the actions of which nothing is left."""
        old = [p for p in self._by_handle.values() if p.ended is not None and p.ended < moment]
        for pending in old:
            del self._by_handle[pending.handle]
            # An action that was escalated twice has a newer one under the same names.
            if self._by_same.get((pending.agent, pending.same)) is pending:
                del self._by_same[pending.agent, pending.same]
            for key in pending.keys:
                if self._by_key.get(key) is pending:
                    del self._by_key[key]
        gone = [p.action_id for p in old if self._by_action.get(p.action_id) is p]
        for action_id in gone:
            del self._by_action[action_id]
        return gone
