"""Whether a plan may be released: the rule of the plan in force, met by different people.

The answers are looked up among those that the home recorded, on exactly this plan as what follows
exactly the plan in force; nobody claims them. A release ends them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.do.state.parts.plan_verdicts import Given
from watchkeeper.errors import CommandInvalid, NotApproved, cut
from watchkeeper.loop.home import Home
from watchkeeper.loop.release.emergencies import emergency_of
from watchkeeper.loop.release.exceptions import exceptions_for
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, Command
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import AUTHOR
from watchkeeper.records.plan.release_rule import RELEASER, ReleaseRule, needed_by
from watchkeeper.records.plan_verdict import Emergency
from watchkeeper.records.reference import Ref

_MAX_TOUCHED = 200
RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Put:
    """A plan that somebody wants to put into force after `old`, and who wrote what is new."""

    command: Command
    author: str
    old: Bundle | None
    new: Bundle
    diff: PlanDiff


@dataclass(frozen=True, slots=True)
class Passed:
    """By which answers a plan may be released at a moment, or by which emergency."""

    at: Instant
    approvals: tuple[Ref, ...] = ()
    exceptions: tuple[Ref, ...] = ()
    emergency: Emergency | None = None


def passed_by(home: Home, put: Put, why: str | None) -> Passed:
    """Return by what a plan may be released; `why` is the reason of an emergency, as a digest.

    Raises:
        NotApproved: approvals are missing, or a holder of a needed role refuses.
        NotAuthorised: the emergency's role is not held by who signed.
        AssessmentStale: authority widens while an assessment is stale, and nobody excepted that.
        CommandInvalid: days or an emergency would count by a clock that can not be believed.
    """
    at = home.now()
    if put.old is None:
        return Passed(at)
    if why is not None or put.old.management is not None or put.new.management is not None:
        _check_clock(home.clock_unsure())
    rule, authority = put.old.releases, home.state.authority
    plan, previous = str(put.command.body["plan"]), home.state.plan
    given = home.state.part(PlanVerdicts).of(plan, previous)
    counting = [one for one in given if authority.holds(one.by, one.role)]
    excepted = exceptions_for(put.old, put.new, put.diff.widened, counting, at)
    if why is not None:
        person = put.command.person
        waiting = home.state.part(PlanVerdicts).open
        urgent = emergency_of(put.old, put.new, (person, authority), (at, why), waiting)
        return Passed(at, exceptions=excepted, emergency=urgent)
    return Passed(at, approvals_for(rule, put, counting), excepted)


def _check_clock(unsure: str | None) -> None:
    """Refuse to tell what is stale or overdue by a time that may be long past."""
    if unsure is not None:
        raise CommandInvalid(
            f"what is stale or overdue can not be told: {unsure}",
            "look at the clock, then `watchkeeper do accept-clock`",
        )


def approvals_for(rule: ReleaseRule | None, put: Put, given: Iterable[Given]) -> tuple[Ref, ...]:
    """Return the approvals by which a rule is met, each of another person.

    Raises:
        NotApproved: it is not met.
    """
    needed = needed_by(rule, weaker=bool(put.diff.weakenings))
    if rule is None or not needed:
        return ()
    mine = [one for one in given if one.role in needed]
    against = next((one for one in mine if one.answer is Answer.REFUSE), None)
    if against is not None:
        raise NotApproved(
            f"{cut(against.by)} refuses it as {cut(against.role)}",
            "have them withdraw that, or change the plan",
        )
    kept_out = _kept_out(rule, put)
    found = seated(needed, [one for one in mine if one.by not in kept_out])
    if isinstance(found, str):
        others = _others(kept_out)
        raise NotApproved(
            f"this release takes {needed[found]} to approve as {cut(found)}{others}, each another"
            f" person: {len({one.by for one in mine if one.role == found})} did so far",
            f"`watchkeeper plan approve --role {found}`; `plan approvals` says who did",
        )
    return tuple(sorted(one.ref for one in found))


def check_can_be_met(plan: Bundle) -> None:
    """Refuse a plan after which nobody could release again: its rule is met by nobody with a key.

    Not even an emergency changes a rule.

    Raises:
        CommandInvalid: by whomever it was released, different people could not fill the rule.
    """
    rule = plan.releases
    needed = needed_by(rule, weaker=True)
    if rule is None or not needed:
        return
    signs = {person.id for person in plan.people if person.keys}
    apart = bool(rule.separate)
    for releaser in signs & set(plan.roles.get(RELEASE, ())):
        may = signs - {releaser} if apart else signs
        if not isinstance(seated(needed, _all_who(plan, needed, may)), str):
            return
    raise CommandInvalid(
        "by this plan nobody could release the next: its rule asks for more people than have the "
        "roles and a key",
        "`watchkeeper do enroll` gives people keys; or ask fewer of them",
    )


def _all_who(plan: Bundle, needed: Mapping[str, int], may: set[str]) -> list[Given]:
    """Return an approval of each person in each role, as they could give it."""
    nowhere = Ref(0, 0)
    return [
        Given(nowhere, "", None, Answer.APPROVE, person, role, "")
        for role in needed
        for person in plan.roles.get(role, ())
        if person in may
    ]


def seated(needed: Mapping[str, int], given: Sequence[Given]) -> list[Given] | str:
    """Return approvals that fill every seat, no person two of them; or a role that lacks one.

    Who holds two roles is moved to the other one where that helps (augmenting paths).
    """
    seats = [role for role, count in sorted(needed.items()) for _ in range(count)]
    taken: dict[int, Given] = {}
    for seat, role in enumerate(seats):
        if not _seat(seat, seats, given, taken, set()):
            return role
    return [taken[seat] for seat in range(len(seats))]


def _seat(
    seat: int,
    seats: Sequence[str],
    given: Sequence[Given],
    taken: dict[int, Given],
    tried: set[str],
) -> bool:
    """Find a person for a seat, moving those who sit on others."""
    for one in given:
        if one.role != seats[seat] or one.by in tried:
            continue
        tried.add(one.by)
        other = next((at for at, held in taken.items() if held.by == one.by), None)
        if other is not None and not _seat(other, seats, given, taken, tried):
            continue
        taken[seat] = one
        return True
    return False


def _kept_out(rule: ReleaseRule, put: Put) -> set[str]:
    found = {put.command.person} if RELEASER in rule.separate else set()
    return found | ({put.author} if AUTHOR in rule.separate else set())


def _others(kept_out: set[str]) -> str:
    return f" other than {', '.join(sorted(map(cut, kept_out)))}" if kept_out else ""


def touched(diff: PlanDiff) -> tuple[str, ...]:
    """Return what a release bears on, as its record says it; what gets wider comes first."""
    names = ("systems", "controls", "risks", "objectives")
    found = [f"wider:{system}" for system in diff.widened]
    for name in names:
        found += [f"{name.removesuffix('s')}:{id_}" for id_ in getattr(diff.touches, name)]
    return tuple(found[:_MAX_TOUCHED])
