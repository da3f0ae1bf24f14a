"""Releases that nobody approved before, since it could not wait; somebody looks at them after.

An emergency leaves alone who that is: neither the rule of releases nor who releases, excepts or
looks at it, by which keys, may become another by it.
"""

from __future__ import annotations

from watchkeeper.do.state.authority import Authority
from watchkeeper.errors import CommandInvalid, NotAuthorised, cut
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.release_rule import excepting_role, reviewing_roles
from watchkeeper.records.plan_verdict import Emergency

_RELEASE = "release"


def emergency_of(
    old: Bundle, new: Bundle, who: tuple[str, Authority], when: tuple[Instant, str]
) -> Emergency:
    """Return an emergency as it is recorded: until when somebody has to look at the release.

    Raises:
        NotAuthorised: the plan in force knows no emergencies, or the person may not call one.
        CommandInvalid: it would change who looks at it afterwards.
    """
    (person, authority), (at, why) = who, when
    rule = old.releases
    if rule is None or rule.emergency_role is None:
        raise NotAuthorised("the plan in force says nothing of emergencies")
    if not authority.holds(person, rule.emergency_role):
        raise NotAuthorised(f"{cut(person)} does not hold the role {cut(rule.emergency_role)}")
    if new.releases != rule:
        raise CommandInvalid(
            "an emergency can not change what a release takes", "release that apart"
        )
    for role in sorted({*reviewing_roles(rule), excepting_role(rule), _RELEASE}):
        if _signing(old, role) != _signing(new, role):
            raise CommandInvalid(
                f"an emergency can not change who holds {cut(role)}, nor their keys",
                "they have a word in releases: release that apart",
            )
    return Emergency(at.plus(rule.review_within_seconds or 0), why)


def _signing(plan: Bundle, role: str) -> dict[str, set[str | Passkey]]:
    """Return who holds a role, each with what they may sign with."""
    keys = {person.id: {*person.keys, *person.passkeys} for person in plan.people}
    return {one: keys.get(one, set()) for one in plan.roles.get(role, ())}
