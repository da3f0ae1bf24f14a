"""What the records say of reviews: each escalation that people answered, and how they did.

Memory grows with the answers that people gave, and with what waits; what nobody answered is
counted. While a planted escalation may still be revealed, what ended is kept a little longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.records.action import DecisionRecord, Outcome, Reason, VoidRecord
from watchkeeper.records.administration import StopRecord, StopScope
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord, Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Entry

TIMED_HERE = "home"
_UNKNOWN = ("", "", "", (), None, "")


@dataclass(slots=True)
class Given:
    """One verdict that a person gave; `timed` tells that the home measured `millis` itself.

    With `stood_in` it was given for somebody who was away.
    """

    ref: Ref
    at: Instant
    reviewer: str
    role: str
    approved: bool
    millis: int
    timed: bool
    group: str | None
    withdrawn: bool = False
    stood_in: bool = False


@dataclass(slots=True)
class Asked:
    """One escalation; `about` is the same for actions of one agent and tool on one thing.

    `planted` is what was observed and expected, where it was revealed as made up.
    """

    ref: Ref
    at: Instant
    agent: str
    system: str
    action: str
    controls: tuple[str, ...]
    words: int | None
    about: str
    given: list[Given] = field(default_factory=list)
    planted: tuple[Observed, Answer] | None = None


@dataclass(frozen=True, slots=True)
class Reviews:
    """All that was read: `answered` by people, `silent` escalations that ended without an answer.

    `silent` counts by why they ended; `expired` are the times at which some did. `waiting` were
    neither answered nor ended. `revealed` counts what was planted by what became of it, `open`
    commitments are not revealed yet. `ahead` counts, by person and role, the actions that were
    released on their standing approvals.
    """

    answered: tuple[Asked, ...] = ()
    escalated: int = 0
    silent: dict[str, int] = field(default_factory=dict)
    expired: tuple[Instant, ...] = ()
    waiting: int = 0
    stops: tuple[tuple[Instant, StopScope], ...] = ()
    revealed: dict[Observed, int] = field(default_factory=dict)
    open: int = 0
    ahead: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def planted(self) -> int:
        """How many escalations were revealed as made up."""
        return sum(n for how, n in self.revealed.items() if how is not Observed.NOT_PLANTED)


class ReviewsReader:
    """Takes up the records in their order."""

    def __init__(self) -> None:
        self._open: dict[Ref, Asked] = {}
        self._ended: dict[Ref, Asked] = {}
        self._answered: list[Asked] = []
        self._expired: dict[Ref, Instant] = {}
        self._void: dict[Ref, Reason] = {}
        self._silent: dict[str, int] = {}
        self._stops: list[tuple[Instant, StopScope]] = []
        self._commitments: set[str] = set()
        self._revealed: dict[Observed, int] = {}
        self._escalated = 0
        self._standing: dict[Ref, tuple[str, str]] = {}
        self._ahead: dict[tuple[str, str], int] = {}
        self._takes: dict[Kind, Callable[[Entry, Any], None]] = {
            Kind.DECISION: self._decision,
            Kind.VERDICT: self._verdict,
            Kind.VOID: self._voided,
            Kind.STOP: lambda _, said: self._stop(said),
            Kind.STANDING: self._stand,
            Kind.DRILL: lambda _, said: self._commit(said),
            Kind.DRILL_REVEALED: lambda _, said: self._reveal(said),
        }

    @property
    def may_be_planted(self) -> bool:
        """Tell whether a commitment is open, so that an escalation may turn out to be made up."""
        return bool(self._commitments)

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        taker = self._takes.get(entry.record.kind)
        if taker is not None:
            taker(entry, entry.record.predicate)

    def reviews(self) -> Reviews:
        """Return what was read so far."""
        ended = [asked for asked in self._ended.values() if asked.given]
        waiting = [asked for asked in self._open.values() if asked.given]
        answered = sorted([*self._answered, *ended, *waiting], key=lambda asked: asked.ref)
        return Reviews(
            answered=tuple(answered),
            escalated=self._escalated,
            silent=dict(sorted(self._silent.items())),
            expired=tuple(sorted(self._expired.values())),
            waiting=len(self._open) - len(waiting),
            stops=tuple(self._stops),
            revealed=dict(self._revealed),
            open=len(self._commitments),
            ahead=dict(sorted(self._ahead.items())),
        )

    def _decision(self, entry: Entry, said: DecisionRecord) -> None:
        if said.decision.outcome is Outcome.ALLOW:
            self._released(said)
        if said.decision.outcome is not Outcome.ESCALATE:
            return
        self._escalated += 1
        action = f"{said.server}/{said.tool}"
        self._open[entry.ref] = Asked(
            ref=entry.ref,
            at=said.at,
            agent=said.agent,
            system=said.system,
            action=action,
            controls=said.decision.controls,
            words=said.escalation.words if said.escalation else None,
            about=_about(entry, said, action),
        )

    def _released(self, said: DecisionRecord) -> None:
        if said.escalated_by is not None:
            self._end(said.escalated_by)
        for who in {self._standing[ref] for ref in said.standing if ref in self._standing}:
            self._ahead[who] = self._ahead.get(who, 0) + 1

    def _stand(self, entry: Entry, said: StandingRecord) -> None:
        self._standing[entry.ref] = said.by, said.role

    def _verdict(self, entry: Entry, said: VerdictRecord) -> None:
        asked = self._open.get(said.decision)
        if asked is None:  # escalated in a shard that is not here
            asked = self._open[said.decision] = Asked(said.decision, said.at, *_UNKNOWN)
        if said.answer is Answer.WITHDRAW:
            for given in asked.given:
                given.withdrawn = given.withdrawn or given.ref == said.withdraws
            return
        asked.given.append(
            Given(
                ref=entry.ref,
                at=said.at,
                reviewer=said.reviewer,
                role=said.role,
                approved=said.answer is Answer.APPROVE,
                millis=said.millis_taken,
                timed=said.timed == TIMED_HERE,
                group=said.group,
                stood_in=said.stands_in_for is not None,
            )
        )
        if said.answer is Answer.REFUSE:
            self._end(said.decision)

    def _voided(self, _: Entry, said: VoidRecord) -> None:
        asked = self._open.get(said.decision)
        if asked is None:
            return
        if not asked.given:
            self._silent[said.why.value] = self._silent.get(said.why.value, 0) + 1
            self._void[said.decision] = said.why
            if said.why is Reason.EXPIRED:
                self._expired[said.decision] = said.at
        self._end(said.decision)

    def _end(self, ref: Ref) -> None:
        asked = self._open.pop(ref, None)
        if asked is not None:
            self._ended[ref] = asked
            self._settle()

    def _settle(self) -> None:
        """Keep of what ended only what people answered, once none of it can be made up."""
        if not self._commitments:
            self._answered += [asked for asked in self._ended.values() if asked.given]
            self._ended.clear()
            self._void.clear()

    def _stop(self, said: StopRecord) -> None:
        self._stops.append((said.at, said.scope))

    def _commit(self, said: DrillRecord) -> None:
        self._commitments |= set(said.commitments)

    def _reveal(self, said: DrillRevealedRecord) -> None:
        self._commitments.discard(said.commitment)
        self._revealed[said.observed] = self._revealed.get(said.observed, 0) + 1
        asked = None if said.decision is None else self._ended.get(said.decision)
        if asked is not None and said.decision is not None:
            asked.planted = (said.observed, said.expected)
            self._escalated -= 1
            why = self._void.get(said.decision)
            if why is not None:
                self._silent[why.value] -= 1
                self._expired.pop(said.decision, None)
        self._settle()


def _about(entry: Entry, said: DecisionRecord, action: str) -> str:
    """Return a digest of agent, tool and what is acted on; empty where that can not be told.

    The record holds a salted digest of what is acted on; the payload, while it is there, the salt
    and all arguments, of which it is one.
    """
    body = entry.payload.body if entry.payload else {}
    salt = body.get("salts", {}).get("resource")
    hidden = said.resource.digest if said.resource is not None else None
    if salt is None or hidden is None:
        return ""
    for value in (body["request"].get("arguments") or {}).values():
        if isinstance(value, str) and hidden_digest(bytes.fromhex(salt), value) == hidden:
            named = [said.agent, action, value]
            return sha256_hex(canonical_arguments(named))
    return ""
