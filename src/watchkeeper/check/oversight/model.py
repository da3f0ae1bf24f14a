"""Figures of oversight, and whom they are for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from watchkeeper.records.instant import Instant

LEAST = 20
"""Below so many there is no rate: a few verdicts say nothing of how somebody decides."""
FEW = 5
"""Below so many reviewers, figures of all of them tell of each: they are for `operate` alone."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of`, and, from 20 on, the share with its 95 % interval (Wilson), per mille."""

    count: int
    of: int
    share: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """How long `n` verdicts took: their median, and what a tenth of them was faster than."""

    n: int
    median_millis: int | None = None
    tenth_millis: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """How one person decides in one role; planted escalations stand apart.

    `timed` was measured by the home, `said` is the reviewer's own word. `readable` are the timed
    verdicts of which the words are known, `too_fast` those of them that were faster than the text
    could be read. `listed` verdicts were given by `lists` signatures over lists. `reversed` counts
    approvals after which the same was decided otherwise. `stood_in` were given for somebody who was
    away; `ahead` actions were released on a standing approval of theirs, without a verdict. Of
    `planted` ones that the person answered, `caught` as was expected.
    """

    reviewer: str
    role: str
    approved: Rate
    refused: int
    withdrawn: int
    timed: Times
    said: Times
    too_fast: Rate
    readable: int
    lists: int
    listed: int
    reversed: int
    stood_in: int
    ahead: int
    planted: int
    caught: int


@dataclass(frozen=True, slots=True)
class Week:
    """The verdicts of seven days from `start` on, and the escalations that expired in them."""

    start: Instant
    approved: int
    refused: int
    too_fast: int
    expired: int


@dataclass(frozen=True, slots=True)
class Planted:
    """Escalations that were made up and revealed: `answered` by people, `caught` as expected.

    `expired` were answered by nobody in time, `other` ended otherwise or were not planted after
    all; `open` are committed to and not revealed yet.
    """

    answered: int
    caught: Rate
    expired: int
    other: int
    open: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What people did with the escalations of one control in one system."""

    control: str
    system: str
    approved: Rate
    refused: int
    timed: Times
    too_fast: Rate


@dataclass(frozen=True, slots=True)
class Oversight:
    """All figures, without planted escalations where they are not named.

    Of `escalated` actions people `answered` some, `expired` ones nobody answered in time, others
    ended by a stop or another plan, or wait. `decided` is how long what was answered had waited.
    `words_per_minute` and `reversal_seconds` are the plan's. `persons` tells whether the reviewers
    listed are all there are; behaviour of all together is None where it would tell of a few.
    """

    escalated: int
    answered: int
    expired: Rate
    ended: int
    waiting: int
    decided: Times
    words_per_minute: int
    reversal_seconds: int
    persons: bool
    reviewers: tuple[ReviewerFigures, ...]
    controls: tuple[Reviewed, ...]
    weeks: tuple[Week, ...]
    approved: Rate | None
    timed: Times | None
    too_fast: Rate | None
    planted: Planted | None


def for_person(found: Oversight, person: str, *, operates: bool) -> Oversight:
    """Return the figures that a person may see: all with `operate`, else their own, and totals.

    Totals that tell how people decide are left out where there are fewer than five others: with
    one's own figures, they would be those of the others.
    """
    if operates:
        return found
    others = {one.reviewer for one in found.reviewers} - {person}
    mine = tuple(one for one in found.reviewers if one.reviewer == person)
    seen = replace(found, persons=False, reviewers=mine)
    if len(others) >= FEW:
        return seen
    return replace(
        seen, controls=(), weeks=(), approved=None, timed=None, too_fast=None, planted=None
    )
