"""From what was read to figures."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from watchkeeper.check.oversight.model import (
    LEAST,
    Oversight,
    Planted,
    Rate,
    Reviewed,
    ReviewerFigures,
    Times,
    Week,
)
from watchkeeper.check.oversight.reading import Asked, Given, Reviews
from watchkeeper.check.oversight.reversals import reversed_approvals
from watchkeeper.records.drill import Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.management.oversight import Oversight as Rules

_Z = 1.959964
"""The standard normal quantile of 0.975: intervals hold 95 %."""
_WEEK = 7 * 86_400 * 1_000_000
_MINUTE = 60_000
_MOST_WEEKS = 26


class Verdicts:
    """The verdicts on real escalations, with what stands beside each."""

    def __init__(self, reviews: Reviews, rules: Rules) -> None:
        self.rules, self.ahead = rules, reviews.ahead
        self.asked = [asked for asked in reviews.answered if asked.planted is None]
        self.planted = [asked for asked in reviews.answered if asked.planted is not None]
        self.pairs = [(asked, given) for asked in self.asked for given in asked.given]
        self.fast = fast_verdicts(self.pairs, rules.words_per_minute)
        self.reversed = reversed_approvals(reviews, self.asked, rules.reversal_seconds)


def fast_verdicts(pairs: Iterable[tuple[Asked, Given]], words_per_minute: int) -> dict[int, bool]:
    """Tell of each timed verdict, by the `id` of it, whether it was faster than can be read.

    What one signature decided as a list was read as one text, in the longest of its times.
    Verdicts of which the words are not known are left out.
    """
    texts: defaultdict[tuple[str, str], list[tuple[Asked, Given]]] = defaultdict(list)
    for asked, given in pairs:
        if given.timed and asked.words is not None:
            texts[given.reviewer, given.group or str(given.ref)].append((asked, given))
    found = {}
    for some in texts.values():
        words = sum(asked.words or 0 for asked, _ in some)
        taken = max(given.millis for _, given in some)
        fast = taken * words_per_minute < words * _MINUTE
        found.update({id(given): fast for _, given in some})
    return found


def oversight_of(reviews: Reviews, rules: Rules | None = None) -> Oversight:
    """Return the figures; `rules` are those of the plan in force."""
    found = Verdicts(reviews, rules or Rules())
    given = [one for _, one in found.pairs]
    expired = reviews.silent.get("expired", 0)
    ended = sum(reviews.silent.values()) - expired
    everyone = (one for asked in reviews.answered for one in asked.given)
    reviewers = sorted({*((one.reviewer, one.role) for one in everyone), *reviews.ahead})
    return Oversight(
        escalated=reviews.escalated,
        answered=len(found.asked),
        expired=rate(expired, expired + len(found.asked)),
        ended=ended,
        waiting=reviews.waiting,
        decided=times([(asked.given[-1].at - asked.at) // 1000 for asked in found.asked]),
        words_per_minute=found.rules.words_per_minute,
        reversal_seconds=found.rules.reversal_seconds,
        persons=True,
        reviewers=tuple(_reviewer(found, *who) for who in reviewers),
        controls=reviewed_by_control(found),
        weeks=_weeks(found, reviews.expired),
        approved=rate(sum(one.approved for one in given), len(given)),
        timed=times([one.millis for one in given if one.timed]),
        too_fast=rate(sum(found.fast.values()), len(found.fast)),
        planted=_planted(found, reviews),
    )


def reviewed_by_control(found: Verdicts) -> tuple[Reviewed, ...]:
    """Return, control by control and system by system, what people did: a fact, no judgement."""
    places: defaultdict[tuple[str, str], list[Given]] = defaultdict(list)
    for asked, given in found.pairs:
        for control in asked.controls:
            places[control, asked.system].append(given)
    return tuple(_reviewed(found, *place, some) for place, some in sorted(places.items()))


def _reviewed(found: Verdicts, control: str, system: str, some: list[Given]) -> Reviewed:
    fast = [found.fast[id(one)] for one in some if id(one) in found.fast]
    approved = sum(one.approved for one in some)
    return Reviewed(
        control=control,
        system=system,
        approved=rate(approved, len(some)),
        refused=len(some) - approved,
        timed=times([one.millis for one in some if one.timed]),
        too_fast=rate(sum(fast), len(fast)),
    )


def rate(count: int, of: int) -> Rate:
    """Return a rate; below 20 the counts alone (Wilson, JASA 22, 1927)."""
    if of < LEAST:
        return Rate(count, of)
    share, spread = count / of, _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Rate(count, of, round(1000 * share), math.floor(1000 * low), math.ceil(1000 * high))


def times(millis: Sequence[int]) -> Times:
    """Return the median, and what the fastest tenth took at most."""
    if not millis:
        return Times(0)
    ordered = sorted(millis)
    return Times(len(ordered), ordered[(len(ordered) - 1) // 2], ordered[(len(ordered) - 1) // 10])


def _reviewer(found: Verdicts, reviewer: str, role: str) -> ReviewerFigures:
    mine = [one for _, one in found.pairs if (one.reviewer, one.role) == (reviewer, role)]
    fast = [found.fast[id(one)] for one in mine if id(one) in found.fast]
    tried = [
        (asked, one)
        for asked in found.planted
        for one in asked.given
        if (one.reviewer, one.role) == (reviewer, role) and not one.withdrawn
    ]
    approved = sum(one.approved for one in mine)
    return ReviewerFigures(
        reviewer=reviewer,
        role=role,
        approved=rate(approved, len(mine)),
        refused=len(mine) - approved,
        withdrawn=sum(one.withdrawn for one in mine),
        timed=times([one.millis for one in mine if one.timed]),
        said=times([one.millis for one in mine if not one.timed and one.millis]),
        too_fast=rate(sum(fast), len(fast)),
        readable=len(fast),
        lists=len({one.group for one in mine if one.group}),
        listed=sum(one.group is not None for one in mine),
        reversed=sum(id(one) in found.reversed for one in mine),
        stood_in=sum(one.stood_in for one in mine),
        ahead=found.ahead.get((reviewer, role), 0),
        planted=len(tried),
        caught=sum(_caught(asked, one) for asked, one in tried),
    )


def _caught(asked: Asked, given: Given) -> bool:
    """Whether a verdict on a planted escalation is the one that was expected."""
    expected = Answer.REFUSE if asked.planted is None else asked.planted[1]
    return given.approved is (expected is Answer.APPROVE)


def _planted(found: Verdicts, reviews: Reviews) -> Planted:
    answered = {Observed.APPROVED, Observed.REFUSED}
    decided = [asked for asked in found.planted if asked.planted and asked.planted[0] in answered]
    caught = sum(
        (asked.planted[0] is Observed.APPROVED) is (asked.planted[1] is Answer.APPROVE)
        for asked in decided
        if asked.planted
    )
    expired = reviews.revealed.get(Observed.EXPIRED, 0)
    return Planted(
        answered=len(decided),
        caught=rate(caught, len(decided)),
        expired=expired,
        other=sum(reviews.revealed.values()) - expired - len(decided),
        open=reviews.open,
    )


def _weeks(found: Verdicts, expired: Iterable[Instant]) -> tuple[Week, ...]:
    """Return the newest weeks, without gaps; a week begins on a Monday, UTC."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for _, given in found.pairs:
        week = counts[_week(given.at)]
        week["approved" if given.approved else "refused"] += 1
        week["fast"] += found.fast.get(id(given), False)
    for at in expired:
        counts[_week(at)]["expired"] += 1
    if not counts:
        return ()
    last = max(counts)
    first = max(min(counts), last - (_MOST_WEEKS - 1) * _WEEK)
    return tuple(
        Week(
            Instant(start),
            counts[start]["approved"],
            counts[start]["refused"],
            counts[start]["fast"],
            counts[start]["expired"],
        )
        for start in range(first, last + 1, _WEEK)
    )


def _week(at: int) -> int:
    """Return the Monday before a moment: the epoch was a Thursday."""
    monday = 4 * 86_400 * 1_000_000
    return at - (at - monday) % _WEEK
