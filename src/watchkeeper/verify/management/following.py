"""Holds each decision's word on the management system against its plan, its time and releases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.aims import aims_text
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.records.plan_verdict import Reviews
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.management.plans import Thing, counting, things_of
from watchkeeper.verify.report import Report

MANAGEMENT = 26
_RELEASE_REVIEW = "release-review"
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Span:
    """What counted for a system from `since` to before `until`, when the plan's next day passes."""

    since: int
    until: int | None
    counts: Mapping[str, tuple[str, ...]]
    text: str

    def holds(self, at: int) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


class Management:
    """Looks at every decision.

    `waiting` tells which emergency releases are open; with `gaps` between the records that are at
    hand, what is said of those can not be held against anything.
    """

    def __init__(self, report: Report, plan_of: PlanOf, waiting: Callable[[], Reviews]) -> None:
        self._report, self._plan_of = report, plan_of
        self._waiting = waiting
        self.gaps = False
        self._plans: dict[str, tuple[Thing, ...] | str | None] = {}
        self._spans: dict[tuple[str, str], _Span] = {}
        self._looked = self._without = self._unread = self._untold = 0

    def go_on(self, report: Report, plan_of: PlanOf) -> None:
        """Go on with the next shard, whose plans may be published there alone."""
        self._report, self._plan_of = report, plan_of
        self._plans = {name: plan for name, plan in self._plans.items() if plan is not None}
        self._looked = self._without = self._unread = self._untold = 0

    def decision(self, index: int, decided: Decided, at: int) -> None:
        """Take up the next decision, made at `at`."""
        plan = self._plan(decided.plan)
        if plan is None:
            self._unread += decided.aims is not None
            return
        if isinstance(plan, str):
            self._without += 1
            if decided.aims is not None:
                problem = "says what of the management system counts, where its plan has none"
                self._report.fail(MANAGEMENT, problem, index)
            return
        self._looked += 1
        if decided.aims is None:
            problem = "does not say what of the management system counted"
            self._report.fail(MANAGEMENT, problem, index)
        else:
            self._hold(index, decided.aims, self._span(decided, plan, at), at)

    def finish(self) -> None:
        """Say what was looked at, and what could not be."""
        unsaid = {
            "by plans that are not published": self._unread,
            "by a hash alone, of what may stand in the gaps": self._untold,
        }
        why = "; ".join(f"{count} {words}" for words, count in unsaid.items() if count)
        if why:
            self._report.skip(MANAGEMENT, why)
        else:
            self._report.say(MANAGEMENT, self._said())

    def _said(self) -> str:
        if self._looked:
            return f"{self._looked} decisions say of the management system what plan and time say"
        if self._without:
            return "no plan says in which state its management system is"
        return "no decision to look at"

    def _plan(self, name: str) -> tuple[Thing, ...] | str | None:
        if name not in self._plans:
            self._plans[name] = things_of(self._plan_of, name)
        return self._plans[name]

    def _span(self, decided: Decided, plan: tuple[Thing, ...], at: int) -> _Span:
        key = (decided.plan, decided.system)
        span = self._spans.get(key)
        if span is None or not span.holds(at):
            mine = [one for one in plan if not one.systems or decided.system in one.systems]
            days = [day for one in mine for day in one.moments]
            counts = counting(pair for one in mine for pair in one.at(at))
            span = self._spans[key] = _Span(
                max((day for day in days if day <= at), default=at),
                min((day for day in days if day > at), default=None),
                counts,
                aims_text(counts),
            )
        return span

    def _hold(self, index: int, said: str, span: _Span, at: int) -> None:
        so = self._is_so(said, span, at)
        self._untold += so is None
        if so is False:
            problem = f"says {cut(said)} of the management system, which is not so"
            self._report.fail(MANAGEMENT, problem, index)

    def _is_so(self, said: str, span: _Span, at: int) -> bool | None:
        """Tell whether it is so; None for what can not be told with gaps."""
        due = tuple(sorted({one.plan for one in self._waiting() if one.review_by <= at}))
        if said == (aims_text(_with(span.counts, due)) if due else span.text):
            return True
        return _may_be_so(said, span) if self.gaps else False


def _may_be_so(said: str, span: _Span) -> bool | None:
    """Tell whether it is so whatever stands in the gaps: emergencies, and answers to them."""
    if said == span.text:
        return True
    if _HASH.fullmatch(said):
        # Emergencies in a gap may have made it too long; which they were can not be told.
        return None
    try:
        told = parse_json_unverified(said.encode())
        due = told.get(_RELEASE_REVIEW) if isinstance(told, dict) else None
        if not isinstance(due, list) or not due or not all(isinstance(one, str) for one in due):
            return False
        return said == aims_text(_with(span.counts, tuple(sorted(set(due)))))
    except (RecordInvalid, UnicodeEncodeError):
        return False


def _with(
    counts: Mapping[str, tuple[str, ...]], due: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    return dict(sorted({**counts, _RELEASE_REVIEW: due}.items()))
