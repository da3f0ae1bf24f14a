"""Standing approvals: by whose word, within what the plan lets be, and used no more than that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from watchkeeper.errors import cut
from watchkeeper.records.action import EffectRecord, Status, VoidRecord
from watchkeeper.records.administration import PlanReleaseRecord, StopRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, PasskeyRevokedRecord, VerdictRecord
from watchkeeper.records.plan.numbers import number
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import LONGEST_STANDING, StandingEndedRecord, StandingRecord
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.frame import Scene
from watchkeeper.verify.lent.made import Like, Made, made_problem, rule_problem
from watchkeeper.verify.lent.plan import Reviews, seats
from watchkeeper.verify.people import OPERATE
from watchkeeper.verify.voices import Voice, coverage_problem

_NO_PLAN = "standing approvals under plans that are not at hand: the maximum is not checked"
_ELSEWHERE = "uses of standing approvals in shards that were not given: not checked"
_UNCOUNTED = "standing approvals with records missing between: how often used is not checked"


class Standings:
    """Follows the standing approvals and what was allowed by them."""

    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.STANDING,
            Kind.STANDING_ENDED,
            Kind.VERDICT,
            Kind.VOID,
            Kind.EFFECT,
            Kind.STOP,
            Kind.PLAN_RELEASE,
            Kind.PASSKEY_REVOKED,
        }
    )

    def __init__(self) -> None:
        self._asked: dict[Ref, Decided] = {}
        self._approvals: dict[Ref, Like] = {}
        self._made: dict[Ref, Made] = {}
        self._ids: set[str] = set()
        self._open: dict[Ref, tuple[Ref, ...]] = {}
        self._plans = Reviews()
        self._uses = 0
        self._rules: dict[type, Callable[[Ref, Any, Scene], Iterable[str]]] = {
            StandingRecord: self._standing,
            StandingEndedRecord: self._ended,
            VerdictRecord: self._verdict,
            VoidRecord: self._voided,
            EffectRecord: self._effect,
            StopRecord: self._stop,
            PlanReleaseRecord: self._release,
            PasskeyRevokedRecord: self._revoked,
        }

    def said(self) -> str:
        """Say what was looked at."""
        if not self._ids and not self._uses:
            return ""
        return f"{len(self._ids)} standing approvals, used {self._uses} times"

    def record(self, ref: Ref, record: Record, scene: Scene) -> Iterable[str]:
        """Take up a record; return what does not hold."""
        return self._rules[type(record.predicate)](ref, record.predicate, scene)

    def decision(self, ref: Ref, decided: Decided, at: int, scene: Scene) -> Iterator[str]:
        """Take up a decision; return what does not hold of the approvals that it cites."""
        if decided.outcome == "escalate":
            self._asked[ref] = decided
        elif decided.escalated_by is not None:
            self._asked.pop(decided.escalated_by, None)
        if not decided.standing:
            if decided.reviews:
                yield "names reviews, and no standing approval that holds for them"
            return
        yield from self._cited(decided, at, scene)
        if decided.outcome == "allow":
            yield from self._use(ref, decided, scene)

    def voices(self, decided: Decided) -> tuple[Voice, ...] | None:
        """Return whose approval the cited standing approvals are; None where one is not known."""
        if not decided.standing:
            return ()
        made = [self._made.get(ref) for ref in decided.standing]
        known = tuple(one.voice for one in made if one is not None)
        return known if len(known) == len(made) else None

    def _cited(self, decided: Decided, at: int, scene: Scene) -> Iterator[str]:
        if decided.outcome == "block":
            yield "blocked, and cites a standing approval"
        fired = set(decided.policies if decided.outcome == "escalate" else decided.reviews)
        if not fired:
            yield "cites a standing approval, and no review that asked for one"
        if len(set(decided.standing)) != len(decided.standing):
            yield "cites a standing approval twice"
        for ref in decided.standing:
            made = self._made.get(ref)
            if made is None:
                if scene.elsewhere(ref):
                    scene.unchecked[_ELSEWHERE] += 1
                else:
                    yield "cites a standing approval that is none, or none that holds"
                continue
            yield from _not_for(made, decided, fired, at)

    def _use(self, ref: Ref, decided: Decided, scene: Scene) -> Iterator[str]:
        self._uses += 1
        self._open[ref] = decided.standing
        for cited in decided.standing:
            made = self._made.get(cited)
            if made is None:
                continue
            made.used += 1
            if scene.gaps:
                scene.unchecked[_UNCOUNTED] += 1
            elif made.used > made.said.count:
                yield f"more than the {made.said.count} that {cut(made.said.by)} approved ahead"
        voices = self.voices(decided)
        if decided.escalated_by is None and voices is not None:
            yield from self._covered(decided, voices, scene)

    def _covered(self, decided: Decided, voices: tuple[Voice, ...], scene: Scene) -> Iterator[str]:
        """Where nobody was asked, the standing approvals alone are enough people."""
        reviews = self._plans.of(decided.plan, scene.plan_of)
        if reviews is None:
            scene.unchecked[_NO_PLAN] += 1
        elif not set(decided.reviews) <= reviews.keys():
            yield "names a review that the plan does not have"
        elif decided.reviews:
            roles, people = seats([reviews[name] for name in decided.reviews])
            problem = coverage_problem(roles, people, voices)
            if problem is not None:
                yield problem

    def _standing(self, ref: Ref, said: StandingRecord, scene: Scene) -> Iterator[str]:
        like = self._approvals.get(said.approval)
        elsewhere = like is None and scene.elsewhere(said.approval)
        problem = made_problem(said, like, scene, elsewhere=elsewhere)
        if problem is None and said.id in self._ids:
            problem = "its id was used before"
        if problem is None and any(m.said.approval == said.approval for m in self._made.values()):
            problem = "made of an approval that was made a standing one before"
        if problem is None:
            problem = self._beyond(said, scene)
        self._ids.add(said.id)
        if elsewhere:
            scene.unchecked["standing approvals of approvals in shards that were not given"] += 1
        if problem is not None:
            yield problem
        else:
            vouched = scene.authority.vouched.get(said.signature.keyid)
            self._made[ref] = Made(said, vouched)

    def _beyond(self, said: StandingRecord, scene: Scene) -> str | None:
        reviews = self._plans.of(said.plan, scene.plan_of)
        if reviews is None:
            scene.unchecked[_NO_PLAN] += 1
            return None
        before = [made for made in self._made.values() if made.like(said)]
        return rule_problem(said, reviews, scene.authority, before)

    def _ended(self, _: Ref, said: StandingEndedRecord, scene: Scene) -> Iterator[str]:
        body = {"id": said.id, "reason": said.why or None}
        authority = scene.authority
        problem = scene.commands.problem(said.signature, authority, said.by, "end-standing", body)
        if problem is not None:
            yield problem
        for made in self._end(said.at, lambda made: made.said.id == said.id):
            if said.by != made.said.by and not authority.holds(said.by, OPERATE):
                yield f"{cut(said.by)} does not hold the role {cut(OPERATE)}"

    def _verdict(self, ref: Ref, said: VerdictRecord, _: Scene) -> Iterable[str]:
        asked = self._asked.get(said.decision)
        if said.withdraws is not None:
            self._approvals.pop(said.withdraws, None)
        elif said.answer is Answer.REFUSE:
            self._drop(said.decision)
        elif asked is not None:
            self._approvals[ref] = Like(said, asked)
        return ()

    def _voided(self, _: Ref, said: VoidRecord, __: Scene) -> Iterable[str]:
        self._drop(said.decision)
        return ()

    def _drop(self, decision: Ref) -> None:
        if self._asked.pop(decision, None) is not None:
            kept = self._approvals.items()
            self._approvals = {r: like for r, like in kept if like.verdict.decision != decision}

    def _effect(self, _: Ref, said: EffectRecord, __: Scene) -> Iterable[str]:
        used = self._open.pop(said.decision, ())
        for ref in used if said.status is Status.FAILED else ():
            if ref in self._made:
                self._made[ref].used -= 1
        return ()

    def _stop(self, _: Ref, said: StopRecord, __: Scene) -> Iterable[str]:
        scope = said.scope
        self._end(said.at, lambda m: scope.holds(m.said.agent, m.said.system, m.said.action))
        return ()

    def _release(self, _: Ref, said: PlanReleaseRecord, __: Scene) -> Iterable[str]:
        self._asked.clear()
        self._approvals.clear()
        self._end(said.at, lambda made: made.said.plan != said.plan)
        old = said.at.plus(-LONGEST_STANDING)
        self._made = {ref: made for ref, made in self._made.items() if made.said.at > old}
        return ()

    def _revoked(self, _: Ref, said: PasskeyRevokedRecord, __: Scene) -> Iterable[str]:
        self._end(said.at, lambda made: made.said.signature.keyid == said.keyid)
        return ()

    def _end(self, at: Instant, over: Callable[[Made], bool]) -> list[Made]:
        found = [made for made in self._made.values() if made.ended is None and over(made)]
        for made in found:
            made.ended = at
        return found


def _not_for(made: Made, decided: Decided, fired: set[str], at: int) -> Iterator[str]:
    said = made.said
    if made.ended is not None or not said.at <= at < said.until:
        yield f"by a standing approval of {cut(said.by)} that is over"
    if (said.agent, said.action, said.plan) != (decided.agent, decided.tool, decided.plan):
        yield "by a standing approval for another agent, tool or plan"
    if not fired <= set(said.reviews):
        yield "by a standing approval for another review than the one that asked"
    if decided.agent in made.voice.behind:
        yield "by a standing approval of the agent itself"
    for cap in said.caps:
        if _is_beyond(decided, cap.argument, cap.most):
            yield f"beyond the cap of {cap.most} on {cut(cap.argument)}"


def _is_beyond(decided: Decided, argument: str, most: str) -> bool:
    """Tell whether an argument that stands in clear is larger than a cap."""
    name = argument.removeprefix("args.")
    value, cap = number((decided.clear or {}).get(name)), number(most)
    return value is not None and (cap is None or value > cap)
