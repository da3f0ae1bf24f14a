"""Standing approvals: which hold, how often each was used, and how often each was given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.administration import PlanReleaseRecord, StopRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import PasskeyRevokedRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import (
    LONGEST_STANDING,
    ArgumentCap,
    StandingEndedRecord,
    StandingRecord,
)
from watchkeeper.records.statement import Entry


class Like(Protocol):
    """What a standing approval is for."""

    @property
    def agent(self) -> str:
        """Whose actions."""
        ...

    @property
    def action(self) -> str:
        """Which actions: `server/tool`."""
        ...

    @property
    def reviews(self) -> tuple[str, ...]:
        """The reviews that ask."""
        ...


@dataclass(slots=True)
class Ahead:
    """One standing approval, and what became of it.

    `about` is the keyed digest of the resource that it is for, None where it is for any; `used`
    counts the actions that were allowed by it and did not fail. `ended` is when it was ended before
    its time.
    """

    ref: Ref
    id: str
    at: Instant
    by: str
    role: str
    reviews: tuple[str, ...]
    agent: str
    system: str
    action: str
    count: int
    until: Instant
    plan: str
    approval: Ref
    keyid: str
    caps: tuple[ArgumentCap, ...] = ()
    about: str | None = None
    used: int = 0
    ended: Instant | None = None

    def holds(self, at: Instant) -> bool:
        """Tell whether it may be used once more at a moment."""
        return self.ended is None and at < self.until and self.used < self.count


class Standings:
    """The standing approvals of the last days, by agent and action.

    A release of another plan ends all of them, a stop those that it takes hold of, and the
    revocation of a passkey those that were signed with it. One that ended is remembered for as
    long as a plan may look back, so that nobody approves more ahead than the plan lets them.
    """

    name: ClassVar[str] = "standing"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.STANDING,
            Kind.STANDING_ENDED,
            Kind.DECISION,
            Kind.EFFECT,
            Kind.PLAN_RELEASE,
            Kind.STOP,
            Kind.PASSKEY_REVOKED,
        }
    )

    def __init__(self) -> None:
        self._by_id: dict[str, Ahead] = {}
        self._by_ref: dict[Ref, Ahead] = {}
        self._by_action: dict[tuple[str, str], list[Ahead]] = {}
        self._open: dict[str, tuple[Ref, ...]] = {}

    def holding(self, agent: str, action: str, at: Instant) -> list[Ahead]:
        """Return those that may be used for an agent's action, the oldest first."""
        held = self._by_action.get((agent, action))
        return [ahead for ahead in held if ahead.holds(at)] if held else []

    def all_holding(self, at: Instant) -> list[Ahead]:
        """Return all that may still be used, the oldest first."""
        return [ahead for ahead in self._by_id.values() if ahead.holds(at)]

    def find(self, standing: str) -> Ahead | None:
        """Return one of the last days by its id."""
        return self._by_id.get(standing)

    def at(self, ref: Ref) -> Ahead | None:
        """Return one of the last days by the place of its record."""
        return self._by_ref.get(ref)

    def made_of(self, approval: Ref) -> bool:
        """Tell whether an approval was turned into one already."""
        return any(ahead.approval == approval for ahead in self._by_id.values())

    def spent(self, by: str, like: Like, since: Instant, at: Instant) -> int:
        """Return how many actions somebody approved ahead since a moment, on the same review.

        One that holds counts whole, one that ended or is over as often as it was used.
        """
        mine = (
            ahead
            for ahead in self._by_action.get((like.agent, like.action), ())
            if ahead.by == by and ahead.at > since and set(ahead.reviews) & set(like.reviews)
        )
        return sum(
            ahead.count if ahead.ended is None and at < ahead.until else ahead.used
            for ahead in mine
        )

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, DecisionRecord):
            if said.standing and said.decision.outcome is Outcome.ALLOW:
                self._use(said)
        elif isinstance(said, EffectRecord):
            self._settle(said)
        elif isinstance(said, StandingRecord):
            self._forget(said.at)
            self._add(_ahead(entry, said))
        else:
            self._end(self._ended_by(said), said.at)

    def _use(self, said: DecisionRecord) -> None:
        self._open[said.action_id] = said.standing
        for ref in said.standing:
            if ref in self._by_ref:
                self._by_ref[ref].used += 1

    def _settle(self, said: EffectRecord) -> None:
        """Give back what an action that failed had used."""
        used = self._open.pop(said.action_id, ())
        for ref in used if said.status is Status.FAILED else ():
            if ref in self._by_ref:
                self._by_ref[ref].used -= 1

    def _ended_by(self, said: Any) -> Iterator[Ahead]:
        for ahead in self._by_id.values():
            if isinstance(said, StandingEndedRecord):
                over = ahead.id == said.id
            elif isinstance(said, PlanReleaseRecord):
                over = ahead.plan != said.plan
            elif isinstance(said, StopRecord):
                over = said.scope.holds(ahead.agent, ahead.system, ahead.action)
            else:
                over = isinstance(said, PasskeyRevokedRecord) and ahead.keyid == said.keyid
            if over:
                yield ahead

    def _end(self, some: Iterable[Ahead], at: Instant) -> None:
        for ahead in some:
            if ahead.ended is None:
                ahead.ended = at

    def _add(self, ahead: Ahead) -> None:
        self._by_id[ahead.id] = self._by_ref[ahead.ref] = ahead
        self._by_action.setdefault((ahead.agent, ahead.action), []).append(ahead)

    def _forget(self, at: Instant) -> None:
        """Forget those that no plan looks back to any more; seldom, since people make them."""
        kept = [ahead for ahead in self._by_id.values() if _counts(ahead, at)]
        if len(kept) < len(self._by_id):
            self._by_id, self._by_ref, self._by_action = {}, {}, {}
            for ahead in kept:
                self._add(ahead)

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return those that can still count at `at`, and what uses them and has not ended."""
        kept = [ahead for ahead in self._by_id.values() if _counts(ahead, at)]
        refs = {ahead.ref for ahead in kept}
        left = {action: [ref for ref in used if ref in refs] for action, used in self._open.items()}
        used = {action: to_json(left[action]) for action in sorted(left) if left[action]}
        return {"ahead": [to_json(ahead) for ahead in kept], "open": used} if kept else {}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        for ahead in from_json(tuple[Ahead, ...], body["ahead"]):
            made._add(ahead)
        made._open = from_json(dict[str, tuple[Ref, ...]], body["open"])
        return made


def _counts(ahead: Ahead, at: Instant) -> bool:
    return ahead.at.plus(LONGEST_STANDING) > at


def _ahead(entry: Entry, said: StandingRecord) -> Ahead:
    keyed = entry.beside.get("keyed")
    about = keyed.get("resource") if isinstance(keyed, Mapping) else None
    return Ahead(
        ref=entry.ref,
        id=said.id,
        at=said.at,
        by=said.by,
        role=said.role,
        reviews=said.reviews,
        agent=said.agent,
        system=said.system,
        action=said.action,
        count=said.count,
        until=said.until,
        plan=said.plan,
        approval=said.approval,
        keyid=said.signature.keyid,
        caps=said.caps,
        # Where the digest was lost it is for nothing: never for everything.
        about=None if said.resource is None else str(about or ""),
    )
