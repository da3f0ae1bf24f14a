"""Releases that nobody approved before, since it could not wait; somebody looks at them after.

An emergency leaves alone who that is: neither the rule of releases nor who releases, excepts,
looks at it or may call the next one, by which keys, may become another by it.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.do.state.authority import Authority
from watchkeeper.errors import CommandInvalid, NotAuthorised, cut
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.release_rule import ReleaseRule, kept_roles
from watchkeeper.records.plan_verdict import Emergency, OpenReview


def emergency_of(
    old: Bundle,
    new: Bundle,
    who: tuple[str, Authority],
    when: tuple[Instant, str],
    waiting: Iterable[OpenReview] = (),
) -> Emergency:
    """Return an emergency as it is recorded: until when somebody has to look at the release.

    `waiting` are those before that nobody looked at yet.

    Raises:
        NotAuthorised: the plan in force knows no emergencies, the person may not call one, or one
            before is overdue.
        CommandInvalid: it would change who looks at it, or drop what says that it is overdue.
    """
    (person, authority), (at, why) = who, when
    rule = old.releases
    if rule is None or rule.emergency_role is None:
        raise NotAuthorised("the plan in force says nothing of emergencies")
    if not authority.holds(person, rule.emergency_role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(rule.emergency_role)}")
    late = next((one for one in waiting if one.review_by <= at), None)
    if late is not None:
        raise NotAuthorised(
            f"nobody has looked at an emergency before, {cut(late.plan)}, which is overdue",
            "see `plan approvals`; a release that is approved can pass all the same",
        )
    _check_kept(old, new, rule)
    return Emergency(at.plus(rule.review_within_seconds or 0), why)


def _check_kept(old: Bundle, new: Bundle, rule: ReleaseRule) -> None:
    """Refuse a plan that changes who looks at it, or by which nobody would know that it is due."""
    if old.management is not None and new.management is None:
        raise CommandInvalid(
            "an emergency can not drop the management system",
            "it says that a look at one is overdue: release that apart",
        )
    if new.releases != rule:
        raise CommandInvalid(
            "an emergency can not change what a release takes", "release that apart"
        )
    for role in kept_roles(rule):
        if _signing(old, role) != _signing(new, role):
            raise CommandInvalid(
                f"an emergency can not change who holds {cut(role)}, nor their keys",
                "they have a word in releases: release that apart",
            )


def _signing(plan: Bundle, role: str) -> dict[str, tuple[set[str], set[Passkey]]]:
    """Return who holds a role, each with what they may sign with."""
    keys = {person.id: (set(person.keys), set(person.passkeys)) for person in plan.people}
    return {one: keys.get(one, (set(), set())) for one in plan.roles.get(role, ())}
