"""Erasures: recorded, entitled, within what the plans let go, and carried out (promise I8).

Memory: twelve bytes and a few bits for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.ledger.erasure import erasure_digest
from watchkeeper.ledger.marks import Decided, Marks
from watchkeeper.records.bundle import Retention
from watchkeeper.records.codec import from_json
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Erased, Record
from watchkeeper.verify.people import OPERATE, Authority, Commands
from watchkeeper.verify.report import Report

ERASURES = 20
PRIVACY = "privacy"
PlanOf = Callable[[str], bytes | None]
"""Finds the bytes of a released plan by its digest."""


@dataclass(slots=True)
class _Deferred:
    """A decision whose payload waits for its effect, by which erasure, and the effect."""

    erasure: int
    effect: int | None = None


@dataclass(slots=True)
class Erasures:
    """Follows erasures through a shard, and holds the payloads of a home against them.

    What is erased stands in the shard of the record that says so: indexes are those of one shard.
    `holds` tells which records are at hand: not all of them are in a bundle; `needed` whether a
    decision's payload is still needed, to settle its action or to approve it.
    """

    report: Report
    commands: Commands
    plan_of: PlanOf = lambda _: None
    holds: Callable[[int], bool] = lambda _: True
    needed: Callable[[int], bool] = lambda _: False
    shard: int = 0
    count: int = 0
    _decided: Decided = field(default_factory=Decided)
    _never: set[int] = field(default_factory=lambda: {0})
    _bearing: Marks = field(default_factory=Marks)
    _erased: Marks = field(default_factory=Marks)
    _stubs: Marks = field(default_factory=Marks)
    _present: Marks = field(default_factory=Marks)
    _deferred: dict[int, _Deferred] = field(default_factory=dict)
    _retentions: dict[str, Mapping[str, Retention] | None] = field(default_factory=dict)
    _unread: set[str] = field(default_factory=set)

    def decision(self, index: int, plan: str, system: str, at: int) -> None:
        """Note a decision: it has a payload, and an age."""
        self._decided.add(index, plan, system, Instant(at))
        self._bearing.add(index)

    def effect(self, index: int, decision: Ref) -> None:
        """Note an effect: it has a payload, and may be what an erasure waited for."""
        self._bearing.add(index)
        waiting = self._deferred.get(decision.index) if decision.shard == self.shard else None
        if waiting is not None:
            waiting.effect = index

    def release(self, index: int) -> None:
        """Note a plan: it can never be erased."""
        self._never.add(index)

    def erasure(self, index: int, record: Record, authority: Authority, plan: str | None) -> None:
        """Check an erasure record."""
        said: ErasureRecord = record.predicate
        self.count += 1
        problem = _form_problem(index, record)
        if problem is None:
            problem = self._named_problem(said) or self._word_problem(said, record, authority, plan)
            problem = problem or self._retention_problem(said, plan or "")
            for place in _indexes(said.spans):
                self._erased.add(place)
        if problem is not None:
            self.report.fail(ERASURES, problem, index)
        for place in _indexes(said.deferred) if _form_problem(index, record) is None else ():
            self._deferred[place] = _Deferred(index)

    def payload(self, index: int, stub: Erased | None) -> None:
        """Note what the home holds beside a record: a payload, or what is left of an erased one."""
        (self._present if stub is None else self._stubs).add(index)

    def finish(self, why_not: str | None = None) -> None:
        """Hold what is erased against what the home holds, and say what was looked at.

        `why_not` says why there are no payloads to look at.
        """
        detail = f"{self.count} erasures, each entitled and within what the plans let go"
        if self._unread:
            detail += f"; {len(self._unread)} plans are not at hand to say how long payloads stay"
        if why_not is not None:
            self.report.say(ERASURES, f"{detail}; {why_not}")
            return
        gone = sum(1 for _ in self._stubs)
        for index in self._stubs:
            if index not in self._erased:
                self.report.fail(ERASURES, "its payload was erased, and no record says so", index)
        for index in self._present:
            if index in self._erased and index not in self._never:
                what = "erased by record, but its payload is still there"
                self.report.fail(ERASURES, what, index)
        empty = sum(1 for i in self._bearing if i not in self._present and i not in self._stubs)
        missing = f"; {empty} records without a payload, which no erasure explains" * (empty > 0)
        self.report.say(ERASURES, f"{detail}; {gone} payloads erased{missing}")

    def _named_problem(self, said: ErasureRecord) -> str | None:
        for place in _indexes(said.spans):
            if place in self._never:
                return f"record {place} holds what is never erased"
            if self.needed(place):
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
        problem = self.commands.problem(said.signature, authority, said.by, "erase", body)
        role = PRIVACY if authority.roles.get(PRIVACY) else OPERATE
        if problem is None and not authority.holds(said.by, role):
            return f"{cut(said.by)} does not hold the role {cut(role)}"
        return problem

    def _follows_problem(self, said: ErasureRecord, before: Ref) -> str | None:
        if before.shard != self.shard:
            return "it follows an erasure of another shard, where nothing of this one had to wait"
        if not self.holds(before.index):
            return None
        mine = {d: one for d, one in self._deferred.items() if one.erasure == before.index}
        allowed = {d for d, one in mine.items() if one.effect is not None}
        allowed |= {one.effect for one in mine.values() if one.effect is not None}
        for place in _indexes(said.spans):
            if place not in allowed and self.holds(place):
                return f"record {place} did not wait for its effect"
        return None

    def _due_problem(self, said: ErasureRecord, plan: str) -> str | None:
        for place in _indexes((*said.spans, *said.deferred)):
            found = self._decided.of(place)
            if found is None:
                continue
            says = self._retention(plan, found[1])
            if says is None:
                continue
            due = says.automatic and says.most_seconds is not None
            if not due or found[2].plus(says.most_seconds or 0) > said.at:
                return f"record {place} was not due by the plan in force"
        return None

    def _retention_problem(self, said: ErasureRecord, plan: str) -> str | None:
        for place in _indexes((*said.spans, *said.deferred)):
            found = self._decided.of(place)
            if found is None or said.asked is ErasureKind.SETTLED:
                continue
            for digest in {found[0], plan}:
                says = self._retention(digest, found[1]) or Retention()
                free = said.asked is ErasureKind.SUBJECT and says.subject_before_least
                if not free and found[2].plus(says.least_seconds) > said.at:
                    return f"record {place} was erased before its plan let it go"
        return None

    def _retention(self, plan: str, system: str) -> Retention | None:
        """Return what a plan says of a system's payloads; None if the plan is not at hand."""
        if plan not in self._retentions:
            self._retentions[plan] = _retentions(self.plan_of(plan), plan)
            if self._retentions[plan] is None:
                self._unread.add(plan)
        says = self._retentions[plan]
        return None if says is None else says.get(system, Retention())


def _form_problem(index: int, record: Record) -> str | None:
    said: ErasureRecord = record.predicate
    for spans in (said.spans, said.deferred):
        before = 0
        for span in spans:
            if not before <= span.first < span.end <= index:
                return f"not ranges of records before it: {cut(span)}"
            before = span.end
    if record.digest != erasure_digest(said.spans, said.deferred):
        return "its subject is not what it erases"
    return None


def _retentions(raw: bytes | None, plan: str) -> Mapping[str, Retention] | None:
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        systems = parse_json_unverified(raw).get("systems", [])
        return {
            system["id"]: from_json(Retention, system["retention"])
            for system in systems
            if system.get("retention")
        }
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None


def _indexes(spans: tuple[Span, ...]) -> list[int] | range:
    if len(spans) == 1:
        return range(spans[0].first, spans[0].end)
    return [index for span in spans for index in range(span.first, span.end)]
