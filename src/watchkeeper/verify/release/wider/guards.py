"""Who may say what: holders and keys, what a release takes, and whether anything is watched."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import cut
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.release_rule import ReleaseRule, needed_by
from watchkeeper.verify.release.wider.said import Wider, by_id


def wider_guards(before: Bundle, after: Bundle) -> Iterator[Wider]:
    """Yield roles and keys that came, a laxer rule of releases, and a state that is dropped."""
    for role, holders in after.roles.items():
        if set(holders) - set(before.roles.get(role, ())):
            yield Wider(f"the role {cut(role)} has other holders")
    old = by_id(before.people)
    for id_, person in by_id(after.people).items():
        if id_ in old and set(person.keys) - set(old[id_].keys):
            yield Wider(f"the person {cut(id_)} has other keys")
    if _is_laxer(before.releases, after.releases):
        yield Wider("a release takes less than before")
    if before.management is not None and after.management is None:
        systems = frozenset(one.id for plan in (before, after) for one in plan.systems)
        yield Wider("the plan no longer says in which state it is", systems)


def _is_laxer(old: ReleaseRule | None, new: ReleaseRule | None) -> bool:
    was, now = old or ReleaseRule(), new or ReleaseRule()
    fewer = any(
        needed_by(was, weaker=weaker) - needed_by(now, weaker=weaker) for weaker in (False, True)
    )
    apart = bool(set(was.separate) - set(now.separate))
    urgent = now.emergency_role is not None and now.emergency_role != was.emergency_role
    later = now.emergency_role == was.emergency_role and (now.review_within_seconds or 0) > (
        was.review_within_seconds or 0
    )
    excepts = old is not None and was.exceptions != now.exceptions
    return fewer or apart or urgent or later or excepts
