"""Follows erasures through a log, from one shard to the next (step 20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.ledger.erasure import erasure_digest
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.systems import Retention
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Erased, Record
from watchkeeper.verify.erasures.held import Held
from watchkeeper.verify.erasures.retention import PlanOf, Retentions
from watchkeeper.verify.people import OPERATE, Authority, Commands
from watchkeeper.verify.report import Report

ERASURES = 20
PRIVACY = "privacy"
_TOO_SOON = "erased, and keys of retries that still counted then were not kept"


@dataclass(slots=True)
class _Deferred:
    """A decision whose payload waits for its effect, by which erasure, and the effect."""

    erasure: Ref
    effect: Ref | None = None


@dataclass(slots=True)
class Run:
    """What the shards that are verified together know of each other, the oldest first.

    `given` are their numbers; `held` what those that were followed hold; `blind` the erasures of
    shards that were not given.
    """

    given: frozenset[int] = frozenset()
    held: dict[int, Held] = field(default_factory=dict)
    deferred: dict[Ref, _Deferred] = field(default_factory=dict)
    blind: set[Ref] = field(default_factory=set)
    plan_of: list[PlanOf] = field(default_factory=list)

    def plan(self, digest: str) -> bytes | None:
        """Return the bytes of a plan that any of the shards published, the newest first."""
        found = (plan_of(digest) for plan_of in reversed(self.plan_of))
        return next((raw for raw in found if raw is not None), None)


class Erasures:
    """Follows erasures through a shard, and holds the payloads of a home against them.

    An erasure is about the shard that it stands in or about an older one; of one that was not given
    its word alone is checked. `holds` tells which records of this shard are at hand: not all of
    them are in a bundle; `needed` whether a decision's payload is still needed, to settle its
    action or to approve it.
    """

    def __init__(
        self,
        report: Report,
        commands: Commands,
        plan_of: PlanOf = lambda _: None,
        *,
        shard: int = 0,
        run: Run | None = None,
    ) -> None:
        self.holds: Callable[[int], bool] = lambda _: True
        self.needed: Callable[[Ref], bool] = lambda _: False
        self.count = 0
        self._report, self._commands, self._shard = report, commands, shard
        self._run, self._here = run or Run(), Held(shard)
        self._run.held[shard] = self._here
        self._run.plan_of.append(plan_of)
        self._retentions = Retentions(self._run.plan)
        self._elsewhere: set[int] = set()
        self._times: dict[int, Instant] = {}
        self._adrift = 0

    def follow(self, index: int) -> None:
        """Note that the next record was taken up."""
        self._here.size = index + 1

    def decision(self, index: int, plan: str, system: str, at: int) -> None:
        """Note a decision."""
        self._here.decision(index, plan, system, at)

    def belongs(self, index: int, decision: Ref) -> None:
        """Note a record about a decision: it is as old, and stays as long.

        By today's plan alone where the decision stands in an older shard: that may have been away.
        """
        there = self._run.held.get(decision.shard)
        found = None if there is None else there.decided(decision.index)
        if found is not None and decision.shard != self._shard:
            found = ("", *found[1:])
        self._here.belongs(index, found)

    def effect(self, index: int, decision: Ref) -> None:
        """Note an effect: it may be what an erasure waited for."""
        self._here.effect(index)
        waiting = self._run.deferred.get(decision)
        if waiting is not None:
            waiting.effect = Ref(self._shard, index)

    def release(self, index: int) -> None:
        """Note a plan: it can never be erased."""
        self._here.release(index)

    def payload(self, index: int, stub: Erased | None) -> None:
        """Note what the home holds beside a record: a payload, or what is left of an erased one."""
        self._here.payload(index, stub)

    def counted(self, index: int, until: Instant, stub: Erased) -> None:
        """Note that what is left of an erased payload lacks keys that counted until then."""
        self._here.counted(index, until, stub)

    def erasure(self, index: int, record: Record, authority: Authority, plan: str | None) -> None:
        """Check an erasure record."""
        said: ErasureRecord = record.predicate
        self.count += 1
        self._times[index] = said.at
        about = self._about(said)
        problem = self._form_problem(index, record, about)
        if problem is None:
            problem = self._word_problem(said, record, authority, plan)
            if about is None:
                self._elsewhere.add(said.shard or 0)
                self._run.blind.add(Ref(self._shard, index))
            else:
                problem = self._named_problem(said, about) or problem
                problem = problem or self._retention_problem(said, about, plan or "")
                self._take(index, said, about)
        if problem is not None:
            self._report.fail(ERASURES, problem, index)

    def _take(self, index: int, said: ErasureRecord, about: Held) -> None:
        for place in _indexes(said.spans):
            about.erased(place, self._shard)
            self._adrift += about.is_about_unknown(place)
        for place in _indexes(said.deferred):
            self._run.deferred[Ref(about.shard, place)] = _Deferred(Ref(self._shard, index))

    def finish(self, why_not: str | None = None) -> None:
        """Hold what is erased against what the home holds, and say what was looked at.

        `why_not` says why there are no payloads of this shard to look at.
        """
        detail = f"{self.count} erasures, each entitled and within what the plans let go"
        if self._retentions.unread:
            count = len(self._retentions.unread)
            detail += f"; {count} plans are not at hand to say how long payloads stay"
        for number in sorted(self._elsewhere):
            detail += f"; what was erased of shard {number}, which was not given, is not checked"
        if self._adrift:
            detail += f"; how long {self._adrift} payloads had to stay is not checked, since they"
            detail += " belong to decisions that are not at hand"
        self._check_older()
        if why_not is not None:
            self._report.say(ERASURES, f"{detail}; {why_not}")
            return
        self._here.looked = True
        for index in self._here.unsaid(self._shard):
            self._report.fail(ERASURES, "its payload was erased, and no record says so", index)
        for index in self._here.left(self._shard):
            what = "erased by record, but its payload is still there"
            self._report.fail(ERASURES, what, index)
        for index in self._here.too_soon(self._shard, self._times):
            self._report.fail(ERASURES, _TOO_SOON, index)
        self._say_gone(detail)

    def _say_gone(self, detail: str) -> None:
        gone, empty = self._here.gone(), self._here.unexplained()
        missing = f"; {empty} records without a payload, which no erasure explains" * (empty > 0)
        detail += f"; {sum(gone.values())} payloads erased{missing}"
        self._report.say(ERASURES, detail)
        for number, count in gone.items():
            if number < self._shard:
                what = f"{count} payloads erased by records of shard {number}, which is older"
                self._report.fail(ERASURES, what)
            elif number not in {self._shard, *self._run.given}:
                said = f"by records of shard {number}, which was not given"
                self._report.skip(ERASURES, f"{detail}; {count} payloads were erased {said}")

    def _check_older(self) -> None:
        """Hold what this shard says of older ones against what those hold."""
        for older in self._run.held.values():
            if older.shard == self._shard or not older.looked:
                continue
            for index in older.unsaid(self._shard):
                what = f"the payload of {Ref(older.shard, index)} was erased by a record of this"
                self._report.fail(ERASURES, f"{what} shard, and none says so")
            for index in older.left(self._shard):
                what = f"erased by record, but the payload of {Ref(older.shard, index)}"
                self._report.fail(ERASURES, f"{what} is still there")
            for index in older.too_soon(self._shard, self._times):
                self._report.fail(ERASURES, f"{Ref(older.shard, index)}: {_TOO_SOON}")

    def _form_problem(self, index: int, record: Record, about: Held | None) -> str | None:
        said: ErasureRecord = record.predicate
        if said.shard is not None and not 0 <= said.shard < self._shard:
            return f"it names shard {said.shard}, which is no older one"
        end = index if said.shard is None else None if about is None else about.size
        for spans in (said.spans, said.deferred):
            before = 0
            for span in spans:
                if not before <= span.first < span.end or (end is not None and span.end > end):
                    return f"not ranges of records before it: {cut(span)}"
                before = span.end
        if record.digest != erasure_digest(said.spans, said.deferred, said.shard):
            return "its subject is not what it erases"
        return None

    def _named_problem(self, said: ErasureRecord, about: Held) -> str | None:
        for place in _indexes(said.spans):
            if about.is_never_erased(place):
                return f"record {place} holds what is never erased"
            if self.needed(Ref(about.shard, place)):
                return f"record {place} was erased before its action had ended"
        return None

    def _word_problem(
        self, said: ErasureRecord, record: Record, authority: Authority, plan: str | None
    ) -> str | None:
        if said.signature is not None:
            return self._signed_problem(said, record, authority)
        if said.asked is ErasureKind.SETTLED and said.follows is not None:
            return self._follows_problem(said, said.follows)
        if said.asked is ErasureKind.DUE and said.plan is not None and said.plan == plan:
            return self._due_problem(said, said.plan)
        return "nobody signed it, and neither a plan nor an erasure before demands it"

    def _signed_problem(
        self, said: ErasureRecord, record: Record, authority: Authority
    ) -> str | None:
        if said.signature is None or said.asked is ErasureKind.SETTLED:
            return "signed as something that nobody can ask for"
        body: dict[str, Any] = {
            "asked": said.asked.value,
            "records": record.digest,
            "reason": said.why,
        }
        problem = self._commands.problem(said.signature, authority, said.by, "erase", body)
        role = PRIVACY if authority.roles.get(PRIVACY) else OPERATE
        if problem is None and not authority.holds(said.by, role):
            return f"{cut(said.by)} does not hold the role {cut(role)}"
        return problem

    def _at_hand(self, about: Held, place: int) -> bool:
        return about is not self._here or self.holds(place)

    def _about(self, said: ErasureRecord) -> Held | None:
        return self._run.held.get(self._shard if said.shard is None else said.shard)

    def _follows_problem(self, said: ErasureRecord, before: Ref) -> str | None:
        about = self._about(said)
        if before.shard not in self._run.held:
            self._elsewhere.add(before.shard)
            return None
        here = before.shard == self._shard
        if about is None or before in self._run.blind or (here and not self.holds(before.index)):
            return None
        mine = {d: one for d, one in self._run.deferred.items() if one.erasure == before}
        allowed = {d for d, one in mine.items() if one.effect is not None}
        allowed |= {one.effect for one in mine.values() if one.effect is not None}
        for place in _indexes(said.spans):
            if Ref(about.shard, place) not in allowed and self._at_hand(about, place):
                return f"record {place} did not wait for its effect"
        return None

    def _due_problem(self, said: ErasureRecord, plan: str) -> str | None:
        about = self._about(said)
        if about is None:
            return None
        for place in _indexes((*said.spans, *said.deferred)):
            found = about.decided(place)
            if found is None and not about.is_about_unknown(place) and self._at_hand(about, place):
                return f"record {place} was not due: no plan says when it is"
            says = None if found is None else self._retentions.of(plan, found[1])
            if found is None or says is None:
                continue
            due = says.automatic and says.most_seconds is not None
            if not due or found[2].plus(says.most_seconds or 0) > said.at:
                return f"record {place} was not due by the plan in force"
        return None

    def _retention_problem(self, said: ErasureRecord, about: Held, plan: str) -> str | None:
        for place in _indexes((*said.spans, *said.deferred)):
            found = about.decided(place)
            if found is None or said.asked is ErasureKind.SETTLED:
                continue
            for digest in {found[0], plan} - {""}:
                says = self._retentions.of(digest, found[1]) or Retention()
                free = said.asked is ErasureKind.SUBJECT and says.subject_before_least
                if not free and found[2].plus(says.least_seconds) > said.at:
                    return f"record {place} was erased before its plan let it go"
        return None


def _indexes(spans: tuple[Span, ...]) -> list[int] | range:
    if len(spans) == 1:
        return range(spans[0].first, spans[0].end)
    return [index for span in spans for index in range(span.first, span.end)]
