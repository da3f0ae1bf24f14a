"""Whether a release meets the rule of the plan before it, worked out from the records alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from watchkeeper.errors import cut
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.policies import AUTHOR
from watchkeeper.records.plan.release_rule import (
    RELEASER,
    ReleaseRule,
    excepting_role,
    kept_roles,
    needed_by,
)
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.management.plans import Thing, counting, things_of
from watchkeeper.verify.release.told import Release, approves, told_wider

_ASSESSED = ("impact", "risk")
Answers = Mapping[Ref, PlanVerdictRecord]


def approvals_problem(release: Release, cited: Answers, counting_: Answers) -> str | None:
    """Return why the approvals that a release names are not what the rule asks, or None.

    `cited` are those that it names, `counting_` every answer to it that stands.
    """
    said, rule = release.said, release.rule
    asked = needed_by(rule, weaker=bool(said.weakenings))
    found = Counter(one.role for one in cited.values())
    if found != asked:
        return f"its approvals are by {_named(found)}, and the rule asks for {_named(asked)}"
    people = [one.by for one in cited.values()]
    if len(set(people)) != len(people):
        return "one person approved it in two roles"
    kept_out = _kept_out(release)
    for given in cited.values():
        if not approves(given):
            return f"what {cut(given.by)} answered is no approval"
        if given.by in kept_out:
            return f"{cut(given.by)} approved it, who wrote or released it"
    for given in counting_.values():
        if given.answer is Answer.REFUSE and given.role in asked:
            return f"released while {cut(given.by)} refused it as {cut(given.role)}"
    return None


def _named(found: Counter[str]) -> str:
    return ", ".join(f"{count} {role}" for role, count in sorted(found.items())) or "nobody"


def _kept_out(release: Release) -> set[str]:
    separate = release.rule.separate if release.rule else ()
    found = {release.said.released_by} if RELEASER in separate else set()
    if AUTHOR in separate:
        author = release.signed.get("writtenBy", release.said.released_by)
        found.add(str(author))
    return found


def emergency_problem(release: Release, plan_of: PlanOf, due: Iterable[Instant]) -> str | None:
    """Return why a release is no emergency that the plan before allows, or None.

    `due` are the times until when somebody had to look at those before, and nobody did so far.
    """
    said, rule, urgent = release.said, release.rule, release.said.emergency
    if urgent is None:
        return None
    if rule is None or rule.emergency_role is None:
        return "an emergency, of which the plan before says nothing"
    if not release.before.holds(said.released_by, rule.emergency_role):
        return f"an emergency by {cut(said.released_by)}, who does not hold the role for it"
    if urgent.review_by != said.at.plus(rule.review_within_seconds or 0):
        return "an emergency that is to be looked at by another time than the rule says"
    late = any(one <= said.at for one in due)
    found = "an emergency while nobody looked at one before in time" if late else None
    return found or _dropped_management(release, plan_of) or _changed_reviewers(release, rule)


def _dropped_management(release: Release, plan_of: PlanOf) -> str | None:
    """An emergency leaves what says that the look at it is overdue, as far as plans are at hand."""
    had = isinstance(things_of(plan_of, release.plan or ""), tuple)
    if had and things_of(plan_of, release.said.plan) == "":
        return "an emergency that drops the management system"
    return None


def _changed_reviewers(release: Release, rule: ReleaseRule) -> str | None:
    """An emergency leaves alone who has a word in releases or calls one, and by which keys."""
    if release.said.rule != rule:
        return "an emergency that changes what a release takes"
    for role in kept_roles(rule):
        before, after = (set(one.roles.get(role, ())) for one in (release.named, release.said))
        if after != before or any(_other_keys(release, person) for person in after):
            return f"an emergency that changes who holds {cut(role)}, or their keys"
    return None


def _other_keys(release: Release, person: str) -> bool:
    before, after = (
        {*one.people.get(person, ()), *one.passkeys.get(person, ())}
        for one in (release.named, release.said)
    )
    return before != after


def exceptions_problem(
    release: Release, cited: Answers, plan_of: PlanOf, wider: Iterable[str] = ()
) -> str | None:
    """Return what was stale where authority widened and nobody excepted, or None.

    `wider` are the systems in which it widened by the two plans, whatever the release says.
    """
    role = excepting_role(release.rule)
    for one in cited.values():
        if not approves(one) or one.role != role or not one.excepts:
            return f"what {cut(one.by)} answered as {cut(one.role)} excepts nothing"
    excepted = {what for one in cited.values() for what in one.excepts}
    systems = {*wider, *told_wider(release.said)}
    missing = sorted(_stale(release, plan_of, systems) - excepted)
    if missing:
        return f"widens what agents may do while an assessment is stale: {cut(missing[0])}"
    return None


def _stale(release: Release, plan_of: PlanOf, systems: Iterable[str]) -> set[str]:
    """Return what is stale in the systems in which authority widens."""
    things = things_of(plan_of, release.said.plan)
    if things == "":
        things = things_of(plan_of, release.plan or "")
    if not isinstance(things, tuple):
        return set()
    at = int(release.said.at)
    return {f"{system}:{topic}" for system in systems for topic in _of(things, system, at)}


def _of(things: tuple[Thing, ...], system: str, at: int) -> set[str]:
    mine = (one for one in things if not one.systems or system in one.systems)
    return set(counting(pair for one in mine for pair in one.at(at))) & set(_ASSESSED)
