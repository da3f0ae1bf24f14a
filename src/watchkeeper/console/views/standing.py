"""What reviewers approved ahead, who is away, and what the person who looks may lend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.console.visit import Missing, Visit
from watchkeeper.do.state.parts import Absences, Ahead, Away, Standings
from watchkeeper.loop.ahead import offers_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class ApprovedAhead:
    """A standing approval in force; with `may_end` the person who looks may end it."""

    id: str
    ref: Ref
    by: str
    name: str
    role: str
    agent: str
    tool: str
    reviews: tuple[str, ...]
    caps: Mapping[str, str]
    same_resource: bool
    count: int
    used: int
    since: Instant
    until: Instant
    may_end: bool


@dataclass(frozen=True, slots=True)
class MayApprove:
    """An approval of the person who looks, of which they may approve `left` more ahead."""

    handle: str
    agent: str
    tool: str
    sentence: str
    left: int
    minutes: int
    most: Mapping[str, str]
    names_resource: bool


@dataclass(frozen=True, slots=True)
class AwayNow:
    """An absence that lasts or is to come; `now` tells whether the deputy stands in already."""

    id: str
    person: str
    name: str
    role: str
    deputy: str
    deputy_name: str
    since: Instant
    until: Instant
    now: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What was lent, and what may be: `deputies` are those of the roles of who looks."""

    standing: tuple[ApprovedAhead, ...]
    offers: tuple[MayApprove, ...]
    away: tuple[AwayNow, ...]
    deputies: Mapping[str, tuple[str, ...]]


async def standing(visit: Visit) -> Standing | Missing:
    """Return what is lent; `of` names the action of which more may be approved ahead."""
    state, now = visit.home.state, visit.home.now()
    of = visit.query.get("of")
    offers = (one for one in offers_of(visit.home, visit.person) if of in {None, one.handle})
    authority = state.authority
    return Standing(
        standing=tuple(_ahead(visit, one) for one in state.part(Standings).all_holding(now)),
        offers=tuple(
            MayApprove(
                handle=one.handle,
                agent=one.agent,
                tool=one.action,
                sentence=one.sentence,
                left=one.left,
                minutes=max(1, one.within_seconds // 60),
                most=one.most,
                names_resource=one.resource is not None,
            )
            for one in offers
        ),
        away=tuple(_away(visit, one, now) for one in state.part(Absences).known(now)),
        deputies={
            role: deputies
            for role, deputies in sorted(authority.deputies.items())
            if authority.holds(visit.person, role)
        },
    )


def _ahead(visit: Visit, one: Ahead) -> ApprovedAhead:
    return ApprovedAhead(
        id=one.id,
        ref=one.ref,
        by=one.by,
        name=visit.name_of(one.by),
        role=one.role,
        agent=one.agent,
        tool=one.action,
        reviews=one.reviews,
        caps={cap.argument: cap.most for cap in one.caps},
        same_resource=one.about is not None,
        count=one.count,
        used=one.used,
        since=one.at,
        until=one.until,
        may_end=visit.person == one.by or visit.may("operate"),
    )


def _away(visit: Visit, one: Away, now: Instant) -> AwayNow:
    return AwayNow(
        id=one.id,
        person=one.person,
        name=visit.name_of(one.person),
        role=one.role,
        deputy=one.deputy,
        deputy_name=visit.name_of(one.deputy),
        since=one.since,
        until=one.until,
        now=one.at(now),
        may_end=visit.person in {one.person, one.by} or visit.may("operate"),
    )
