"""One pass over the records, from which everything else in this package is computed.

Memory does not grow with the number of records: decisions are counted by their *shape*, whose
parts all come from released plans, and names that an agent could make up are left out of it.
Only actions that are still open are held one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from watchkeeper.check.lent_word import LentWords
from watchkeeper.check.oversight.reading import Reviews, ReviewsReader
from watchkeeper.check.survey.model import (
    Effects,
    OpenAction,
    Released,
    Seen,
    Shape,
    Survey,
    Verdicts,
)
from watchkeeper.check.timeline import TimelineCounter
from watchkeeper.records.action import (
    DecisionRecord,
    EffectRecord,
    Outcome,
    Reason,
    Status,
    VoidRecord,
)
from watchkeeper.records.administration import (
    GenesisRecord,
    PlanReleaseRecord,
    RefusalsRecord,
    ResumeRecord,
    StopRecord,
    StopScope,
)
from watchkeeper.records.drill import DrillRevealedRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

BEFORE_SYSTEM = frozenset({Reason.UNKNOWN_AGENT, Reason.UNKNOWN_SYSTEM})
"""Reasons to refuse that come before it is known which system the action belongs to."""

_TOOL_KNOWN = frozenset(
    {
        Reason.PERMITTED,
        Reason.FORBIDDEN,
        Reason.NO_AUTHORITY,
        Reason.REVIEW_REQUIRED,
        Reason.PIN_MISMATCH,
        Reason.COULD_NOT_EVALUATE,
        Reason.ENGINE_FAILED,
        Reason.TOO_MANY_PENDING,
        Reason.REFUSED_BY_REVIEWER,
        Reason.EXPIRED,
        Reason.VOIDED,
    }
)
"""Reasons that are given only once the tool was found in the plan; any other refusal may carry a
name that the agent made up."""


def survey(entries: Iterable[Entry]) -> Survey:
    """Read the records once and count them."""
    counter = _Counter()
    for entry in entries:
        counter.add(entry)
    return counter.survey()


class _Counter:
    """The state of one pass."""

    def __init__(self) -> None:
        self._genesis: GenesisRecord | None = None
        self._releases: list[Released] = []
        self._shapes: dict[tuple[Any, ...], list[Any]] = {}
        self._timeline = TimelineCounter()
        self._effects: Counter[str] = Counter()
        self._open: dict[str, tuple[Ref, DecisionRecord]] = {}
        self._early: dict[str, int] = {}
        self._shards: set[int] = set()
        self._reviews = ReviewsReader()
        self._lent = LentWords()
        self._unsure: dict[Ref, DecisionRecord] = {}
        self._voids: dict[Ref, VoidRecord] = {}
        self._grantors: Counter[tuple[str, ...]] = Counter()
        self._voided: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._stops: dict[StopScope, None] = {}
        self._kinds: Counter[str] = Counter()
        self._first: Instant | None = None
        self._last: Instant | None = None
        self._handlers: dict[Kind, Callable[[Ref, Any], None]] = {
            Kind.GENESIS: self._add_genesis,
            Kind.PLAN_RELEASE: self._add_release,
            Kind.DECISION: self._add_decision,
            Kind.EFFECT: self._add_effect,
            Kind.VOID: self._add_void,
            Kind.DRILL_REVEALED: self._add_revealed,
            Kind.REFUSALS: self._add_refusals,
            Kind.STOP: self._add_stop,
            Kind.RESUME: self._add_resume,
        }

    def add(self, entry: Entry) -> None:
        kind, said = entry.record.kind, entry.record.predicate
        self._kinds[kind] += 1
        self._shards.add(entry.ref.shard)
        at = said.at
        if self._last is None or at > self._last:
            self._last = at
        if self._first is None or at < self._first:
            self._first = at
        self._reviews.take(entry)
        self._lent.take(entry)
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(entry.ref, said)

    def _add_genesis(self, ref: Ref, said: GenesisRecord) -> None:
        self._genesis, carried = said, said.carried
        if carried is None:
            return
        self._stops = dict.fromkeys(carried.stops)
        known = self._releases[-1].plan if self._releases else None
        if carried.plan is not None and carried.plan != known:
            self._releases.append(Released(ref, said.at, carried.plan, carried.released_by, ()))

    def _add_release(self, ref: Ref, said: PlanReleaseRecord) -> None:
        self._releases.append(Released(ref, said.at, said.plan, said.released_by, said.weakenings))

    def _add_decision(self, ref: Ref, said: DecisionRecord) -> None:
        """Count a decision; an escalation that may have been planted only when that is known."""
        if said.decision.outcome is Outcome.ESCALATE and self._reviews.may_be_planted:
            self._unsure[ref] = said
        else:
            self._count_decision(ref, said)

    def _add_revealed(self, _ref: Ref, said: DrillRevealedRecord) -> None:
        if said.decision is not None:
            self._unsure.pop(said.decision, None)
            self._voids.pop(said.decision, None)
        if not self._reviews.may_be_planted:
            self._be_sure()

    def _be_sure(self) -> None:
        """Count what turned out to be real, or of which nobody can tell."""
        for ref, decision in self._unsure.items():
            self._count_decision(ref, decision)
        for void in self._voids.values():
            self._voided[void.why.value] += 1
        self._unsure.clear()
        self._voids.clear()

    def _count_decision(self, ref: Ref, said: DecisionRecord) -> None:
        made, point, at = said.decision, said.point, said.at
        reason = made.reasons[0] if made.reasons else None
        system = "" if reason in BEFORE_SYSTEM else said.system
        action = f"{said.server}/{said.tool}" if reason in _TOOL_KNOWN else ""
        # fmt: off
        shape = (
            said.plan, system, action, said.stage, point.kind, point.boundary, made.outcome,
            made.reasons, made.policies, made.controls, made.errors, said.would,
        )
        # fmt: on
        seen = self._shapes.get(shape)
        if seen is None:
            self._shapes[shape] = [1, at, at, ref]
        else:
            seen[0] += 1
            if at > seen[2] or (at == seen[2] and ref > seen[3]):
                seen[2], seen[3] = at, ref
            elif at < seen[1]:
                seen[1] = at
        self._timeline.add(at, made.outcome)
        self._grantors[said.accountable.grantors] += 1
        if made.outcome is Outcome.ALLOW:
            self._open_action(ref, said)

    def _open_action(self, ref: Ref, said: DecisionRecord) -> None:
        if said.action_id in self._early:
            del self._early[said.action_id]
        else:
            self._open[said.action_id] = (ref, said)

    def _add_effect(self, _ref: Ref, said: EffectRecord) -> None:
        self._effects["succeeded" if said.status is Status.SUCCEEDED else "failed"] += 1
        self._effects["resolved"] += said.resolved_by is not None
        if self._open.pop(said.action_id, None) is None:
            self._early[said.action_id] = said.decision.shard

    def _add_void(self, _ref: Ref, said: VoidRecord) -> None:
        if said.decision in self._unsure:
            self._voids[said.decision] = said
        else:
            self._voided[said.why.value] += 1

    def _add_refusals(self, _ref: Ref, said: RefusalsRecord) -> None:
        self._left_out.update(said.counts)

    def _add_stop(self, _ref: Ref, said: StopRecord) -> None:
        self._stops[said.scope] = None

    def _add_resume(self, _ref: Ref, said: ResumeRecord) -> None:
        self._stops.pop(said.scope, None)

    def survey(self) -> Survey:
        self._be_sure()
        reviews = self._reviews.reviews()
        return Survey(
            genesis=self._genesis,
            releases=tuple(sorted(self._releases, key=lambda release: release.ref)),
            shapes={
                Shape(*shape): Seen(count, Instant(first), Instant(last), ref)
                for shape, (count, first, last, ref) in self._shapes.items()
            },
            timeline=self._timeline.timeline(),
            effects=Effects(**self._effects, unmatched=self._unmatched()),
            unknown=tuple(
                OpenAction(
                    name,
                    ref,
                    at=said.at,
                    agent=said.agent,
                    system=said.system,
                    action=f"{said.server}/{said.tool}",
                )
                for name, (ref, said) in self._open.items()
            ),
            verdicts=_verdicts(reviews),
            lent=self._lent.words(),
            reviews=reviews,
            grantors=self._count_grantors(),
            voided=dict(sorted(self._voided.items())),
            left_out=dict(sorted(self._left_out.items())),
            stops=tuple(self._stops),
            kinds={kind.value: self._kinds[kind] for kind in Kind if self._kinds[kind]},
            first=self._first,
            last=self._last,
        )

    def _unmatched(self) -> int:
        """Count the effects without a decision, but for those of shards that are not here."""
        return sum(shard in self._shards for shard in self._early.values())

    def _count_grantors(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for names, count in self._grantors.items():
            for name in names:
                counts[name] += count
        return dict(sorted(counts.items()))


def _verdicts(reviews: Reviews) -> tuple[Verdicts, ...]:
    """Return what each person answered in each role, without what was planted."""
    found: dict[tuple[str, str], list[int]] = {}
    for asked in reviews.answered:
        for given in asked.given if asked.planted is None else ():
            seen = found.setdefault((given.reviewer, given.role), [0, 0, given.millis])
            seen[0 if given.approved else 1] += 1
            seen[2] = min(seen[2], given.millis)
    return tuple(Verdicts(*who, *counts) for who, counts in sorted(found.items()))
