"""Follows what people say to plans, and holds each release against the rule of the plan before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.release_rule import ReleaseRule, excepting_role, reviewing_roles
from watchkeeper.records.plan_verdict import (
    PlanVerdictRecord,
    Reviews,
    after_answer,
    after_release,
    still_open,
)
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.people import Authority, Commands
from watchkeeper.verify.release.meeting import (
    approvals_problem,
    emergency_problem,
    exceptions_problem,
)
from watchkeeper.verify.release.told import Release
from watchkeeper.verify.release.weakening import Seen, seen_by, weakening_problem
from watchkeeper.verify.report import Report

CHANGES = 27
_VERBS = {
    Answer.APPROVE: "approve-plan",
    Answer.REFUSE: "refuse-plan",
    Answer.WITHDRAW: "withdraw-plan",
}


class PlanChanges:
    """Takes up the answers to plans and the releases of a log, in order.

    An answer counts until the next release, or until it is taken back; `reviews` are the emergency
    releases that are open, or may be again. `gaps` says that records between may not be at hand.
    What stands in a shard that was not given is counted, not checked.
    """

    def __init__(
        self,
        report: Report,
        commands: Commands,
        plan_of: PlanOf,
        carried: Reviews = (),
    ) -> None:
        self._report, self._commands, self._plan_of = report, commands, plan_of
        self.reviews = carried
        self.gaps = False
        self._given: dict[Ref, PlanVerdictRecord] = {}
        self._first: int | None = None
        self._releases = self._answers = self._unread = self._untold = 0

    def go_on(self, report: Report, commands: Commands, plan_of: PlanOf) -> None:
        """Go on with the next shard."""
        self._report, self._commands, self._plan_of = report, commands, plan_of
        self._releases = self._answers = self._unread = self._untold = 0

    def answer(
        self,
        ref: Ref,
        record: Record,
        authority: Authority,
        now: tuple[str | None, ReleaseRule | None],
    ) -> None:
        """Take up an answer to a plan; `now` is the plan in force and what its next takes."""
        said: PlanVerdictRecord = record.predicate
        self._shard(ref)
        self._answers += 1
        problem = self._command_problem(said, authority)
        if problem is None and record.digest != said.plan:
            problem = "its subject is not its plan"
        if problem is None and said.answer is Answer.WITHDRAW:
            problem = self._withdrawn_problem(said, ref)
        elif problem is None:
            problem = self._role_problem(said, authority, now)
            problem = problem or self._follows_problem(said, now[0])
        if problem is not None:
            self._report.fail(CHANGES, f"plan-verdict: {problem}", ref.index)
        self.reviews = after_answer(self.reviews, ref, said)
        kept = {at: one for at, one in self._given.items() if _asked(one) != _asked(said)}
        if said.answer is not Answer.WITHDRAW:
            kept[ref] = said
        self._given = kept

    def _command_problem(self, said: PlanVerdictRecord, authority: Authority) -> str | None:
        body: dict[str, Any] = {"plan": said.plan, "reason": said.reason}
        if said.answer is Answer.WITHDRAW:
            place = said.withdraws
            body["verdict"] = place and {"shard": place.shard, "index": place.index}
        else:
            body.update(previous=said.previous, role=said.role, excepts=list(said.excepts))
        if said.signature.assertion is not None:
            return "a plan is not answered to by a passkey"
        verb = _VERBS[said.answer]
        return self._commands.problem(said.signature, authority, said.by, verb, body)

    def _withdrawn_problem(self, said: PlanVerdictRecord, ref: Ref) -> str | None:
        place = said.withdraws
        before = self._given.get(place) if place else None
        if before is None:
            known = place is not None and self._is_missing(place) and place < ref
            return None if known else "it takes back what does not stand"
        if _asked(before) != _asked(said):
            return "it takes back what somebody else answered"
        return None

    def _role_problem(
        self,
        said: PlanVerdictRecord,
        authority: Authority,
        now: tuple[str | None, ReleaseRule | None],
    ) -> str | None:
        rule = now[1]
        if not authority.holds(said.by, said.role):
            return f"{cut(said.by)} does not hold the role {cut(said.role)}"
        if not self._is_asked(said, now):
            return f"the rule asks nobody for an answer as {cut(said.role)}"
        if said.excepts and (said.role != excepting_role(rule) or said.answer is Answer.REFUSE):
            return f"{cut(said.by)} may not except anything as {cut(said.role)}"
        if said.reason is None and (said.excepts or said.answer is Answer.REFUSE):
            return "it needs a reason"
        return None

    def _is_asked(
        self, said: PlanVerdictRecord, now: tuple[str | None, ReleaseRule | None]
    ) -> bool:
        """Tell whether a rule asks for it: of an emergency, that of the plan before it."""
        urgent = [one for one in self.reviews if one.is_about(said.plan, said.previous)]
        if any(one.by is None or said.role in one.roles for one in urgent):
            return True
        if said.previous != now[0] and (urgent or self.gaps):
            # The rule of an emergency in a gap may be another.
            return not urgent
        return said.role in {*reviewing_roles(now[1]), excepting_role(now[1])}

    def _follows_problem(self, said: PlanVerdictRecord, plan: str | None) -> str | None:
        urgent = [one for one in self.reviews if one.is_about(said.plan, said.previous)]
        if said.previous == plan or any(one.by != said.by for one in urgent):
            return None
        if urgent:
            return "who released in an emergency looks at it"
        # An emergency in a gap may be what is looked at.
        if self.gaps:
            return None
        return "it is to a plan that would not follow the one in force"

    def release(self, release: Release) -> None:
        """Take up a release."""
        said = release.said
        self._shard(release.ref)
        self._releases += 1
        cited = {*said.approvals, *said.exceptions}
        missing = [one for one in cited if one not in self._given]
        seen = seen_by(release, self._plan_of)
        self._untold += not seen.both
        problem = weakening_problem(said, seen)
        if missing:
            self._not_there(release, missing)
        else:
            problem = self._problem(release, seen) or problem
        if problem is not None:
            self._report.fail(CHANGES, problem, release.ref.index)
        self._given = {}
        self.reviews = after_release(self.reviews, said.review(release.ref))

    def _not_there(self, release: Release, missing: Iterable[Ref]) -> None:
        for one in missing:
            if self._is_missing(one):
                self._unread += 1
            else:
                problem = f"approved by way of record {one.index}, which is no answer that counts"
                self._report.fail(CHANGES, problem, release.ref.index)

    def _is_missing(self, ref: Ref) -> bool:
        """Tell whether a record stands in a shard before those that were given."""
        return self._first is not None and ref.shard < self._first

    def _shard(self, ref: Ref) -> None:
        if self._first is None:
            self._first = ref.shard

    def _problem(self, release: Release, seen: Seen) -> str | None:
        said = release.said
        standing = {
            at: one
            for at, one in self._given.items()
            if (one.plan, one.previous) == (said.plan, release.plan)
        }
        cited = {*said.approvals, *said.exceptions}
        if not cited <= standing.keys():
            return "it names an answer to another plan, or to one that would follow another"
        if release.plan is None:
            return None
        if ("emergency" in release.signed) != (said.emergency is not None):
            return "its signature and its record do not both say that it is an emergency"
        if said.emergency is not None:
            problem = emergency_problem(release, self._plan_of, self._due())
            problem = problem or _why_problem(release)
        else:
            approvals = {ref: standing[ref] for ref in said.approvals}
            problem = approvals_problem(release, approvals, standing)
        excepted = {ref: standing[ref] for ref in said.exceptions}
        return problem or exceptions_problem(release, excepted, self._plan_of, seen.systems)

    def _due(self) -> tuple[Instant, ...]:
        """Return until when somebody had to look at what is open; an answer may be in a gap."""
        if self.gaps:
            return ()
        return tuple(one.review_by for one in self.waiting())

    def waiting(self) -> Reviews:
        """Return the emergencies that somebody still has to look at."""
        return still_open(self.reviews)

    def finish(self) -> None:
        """Say what was looked at, and what could not be."""
        said = (
            f"looked at {self._releases} releases by the rule of the plan before, and at "
            f"{self._answers} answers to plans"
        )
        if not self._releases and not self._answers:
            said = "no plan was released or answered to"
        waiting = len(self.waiting())
        if waiting:
            said += f"; emergencies that nobody has looked at: {waiting}"
        if self._untold:
            said += f"; releases whose weakenings are their own word: {self._untold}, "
            said += "as one of the two plans is not at hand"
        if self._unread:
            said += f"; approvals in shards that were not given: {self._unread}"
        unsaid = self._unread or self._untold
        say: Callable[[int, str], None] = self._report.skip if unsaid else self._report.say
        say(CHANGES, said)


def _asked(said: PlanVerdictRecord) -> tuple[str, str | None, str, str]:
    """Return what an answer is to, and whose it is: a newer one takes its place."""
    return said.plan, said.previous, said.by, said.role


def _why_problem(release: Release) -> str | None:
    urgent, said = release.said.emergency, release.signed.get("emergency")
    signed = said.get("reason") if isinstance(said, dict) else None
    if urgent is None or signed != urgent.why:
        return "an emergency for another reason than was signed"
    return None
