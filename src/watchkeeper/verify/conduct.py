"""What a log as a whole must keep to: order, releases, commands, stops, and every action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.ledger.erasure import decision_of
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.administration import (
    Carried,
    GenesisRecord,
    PlanReleaseRecord,
    ScopeKind,
    StopScope,
)
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan_verdict import OpenReview
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.actions import Actions
from watchkeeper.verify.boundaries import Boundaries
from watchkeeper.verify.bounds import Purses
from watchkeeper.verify.channels import Channels
from watchkeeper.verify.counters import Counters
from watchkeeper.verify.custody import Custody
from watchkeeper.verify.drills import DRILLS, Drills
from watchkeeper.verify.enrolment import Enrolled, Enrolment, enrolled_of
from watchkeeper.verify.entries import Decided, Fact
from watchkeeper.verify.erasures import Erasures, PlanOf, Run
from watchkeeper.verify.lent import Lent, Scene, Standings
from watchkeeper.verify.management import Management
from watchkeeper.verify.people import (
    OPERATE,
    RELEASE,
    Authority,
    Commands,
    Named,
    authority_of,
    authors_problem,
    first_authority,
    named_by,
)
from watchkeeper.verify.release import PlanChanges, Release
from watchkeeper.verify.report import Report
from watchkeeper.verify.verdicts import Others

ORDER, RELEASES, COMMANDS, IN_FORCE = 6, 7, 8, 10


@dataclass(frozen=True, slots=True)
class Ended:
    """What a shard ends with; `authority` is None where the genesis alone says it.

    It is that of the plan; `enrolled` are the passkeys that records named besides.
    """

    since: Instant
    until: Instant
    authority: Authority | None = None
    named: Named = field(default_factory=Named)
    plan: str | None = None
    released_by: str = ""
    stops: frozenset[StopScope] = frozenset()
    enrolled: Enrolled = field(default_factory=Enrolled)
    emergencies: tuple[OpenReview, ...] = ()


def taken_over(genesis: GenesisRecord) -> Ended:
    """Return what a shard says that it took over, where the one before was not given."""
    carried = genesis.carried
    if carried is None:
        people = genesis.first_release
        roles = {RELEASE: tuple(people)}
        return Ended(genesis.at, Instant(0), named=Named(people, roles))
    return Ended(
        since=carried.since,
        until=carried.until,
        authority=authority_of(carried),
        named=named_by(carried),
        plan=carried.plan,
        released_by=carried.released_by,
        stops=frozenset(carried.stops),
        enrolled=enrolled_of(carried),
        emergencies=carried.emergencies,
    )


class Conduct:
    """Takes up the facts of a shard in order and reports what does not hold.

    Keys are a shard's own; people, stops and actions go on from the shard `before`, or from what
    the genesis says where that was not given. `run` is what the shards that are verified together
    know of each other's erasures, `before` or not.
    """

    def __init__(
        self,
        report: Report,
        genesis: GenesisRecord,
        plan_of: PlanOf = lambda _: None,
        before: Conduct | None = None,
        run: Run | None = None,
    ) -> None:
        self._report = report
        self._commands = Commands(genesis.origin)
        if before is not None:
            self._commands.counters = before.counters
        self.custody = Custody(report, self._commands, genesis.origin)
        ended = taken_over(genesis) if before is None else before.ended()
        self._of_plan: Authority = ended.authority or first_authority(genesis)
        self._enrolment = Enrolment(self._commands, ended.enrolled)
        self._plan, self._released_by = ended.plan, ended.released_by
        self._stops: set[StopScope] = set(ended.stops)
        self._named = ended.named
        self._authority = self._joined()
        self._since, self._at = genesis.at, int(ended.until)
        self.plans: list[tuple[int, PlanReleaseRecord | Carried]] = []
        if genesis.carried is not None and genesis.carried.plan is not None:
            self.plans.append((0, genesis.carried))
        if before is None:
            self.actions = Actions(report, self._commands, genesis.shard)
            self.drills = Drills(report, self._commands, genesis.shard)
            self.actions.on_end = self.drills.ended
            self.purses = Purses(plan_of, None if genesis.carried is None else genesis.at)
            self.channels = Channels(report, whole=genesis.carried is None)
            self.changes = PlanChanges(report, self._commands, plan_of, ended.emergencies)
            self.management = Management(report, plan_of, self.changes.waiting)
        else:
            self.actions, self.drills = before.actions, before.drills
            self.channels = before.channels
            self.channels.go_on(report)
            self.actions.go_on(report, self._commands, genesis.shard)
            self.drills.go_on(report, self._commands, genesis.shard)
            self.management = before.management
            self.management.go_on(report, plan_of)
            self.changes = before.changes
            self.changes.go_on(report, self._commands, plan_of)
            self.purses = before.purses
            self.purses.go_on(plan_of)
        self._shard = genesis.shard
        self.erasures = Erasures(report, self._commands, plan_of, shard=genesis.shard, run=run)
        self._boundaries = Boundaries(plan_of)
        scene = Scene(
            self._authority, self._commands, plan_of, self.actions.is_elsewhere, self._plan
        )
        self.lent: Lent = Lent(report, scene, None if before is None else before.lent)
        self.erasures.needed = self.actions.needs_payload
        self._rules: dict[Kind, Callable[[int, Record], None]] = {
            Kind.GENESIS: self._genesis,
            Kind.PLAN_RELEASE: self._release,
            Kind.VERDICT: lambda i, r: self.actions.verdict(i, r, self._authority),
            Kind.QUESTION: lambda i, r: self.actions.question(i, r, self._authority),
            Kind.ANSWER: self.actions.answer,
            Kind.EFFECT: self._effect,
            Kind.VOID: self._voided,
            Kind.STOP: self._stop,
            Kind.RESUME: self._resume,
            Kind.TOKEN: self._token,
            Kind.TOKEN_REVOKED: self._revoke,
            Kind.CLOCK_ACCEPTED: self._accept_clock,
            Kind.ERASURE: lambda i, r: self.erasures.erasure(i, r, self._authority, self._plan),
            Kind.KEY_ROTATION: lambda i, r: self.custody.rotation(i, r, self._authority),
            Kind.PASSKEY: self._passkey,
            Kind.PASSKEY_REVOKED: self._passkey_revoked,
            Kind.DRILL: lambda i, r: self.drills.drill(i, r, self._authority),
            Kind.DRILL_REVEALED: self._drill_revealed,
            Kind.CHANNEL: self.channels.take,
            Kind.PLAN_VERDICT: self._plan_verdict,
            Kind.ADOPTED: lambda i, r: self.custody.adopted(i, r, self._authority),
        }

    @property
    def authority(self) -> Authority:
        """Who may sign, as it stands."""
        return self._authority

    def ended(self) -> Ended:
        """Return what the records so far add up to, as far as a next shard takes it over."""
        return Ended(
            since=self._since,
            until=Instant(self._at),
            authority=self._of_plan,
            enrolled=self._enrolment.enrolled,
            named=self._named,
            plan=self._plan,
            released_by=self._released_by,
            stops=frozenset(self._stops),
            emergencies=self.changes.reviews,
        )

    @property
    def counters(self) -> Counters:
        """What passkeys told so far; a next shard goes on from it."""
        return self._commands.counters

    @property
    def commands(self) -> int:
        """How many commands of people were looked at."""
        return self._commands.checked

    def take(self, fact: Fact) -> None:
        """Take up the next record."""
        self.custody.signed(fact)
        self.erasures.follow(fact.index)
        if fact.at < self._at:
            self._report.fail(ORDER, f"time goes back to {render_instant(fact.at)}", fact.index)
        self._at = max(self._at, fact.at)
        if isinstance(fact.said, Decided):
            self._count(Kind.DECISION)
            self._report.counts[f"decision.{fact.said.outcome}"] += 1
            self._decision(fact, fact.said)
        elif fact.said is not None:
            self._count(fact.said.kind)
            about = decision_of(fact.said)
            if about is not None:
                self.erasures.belongs(fact.index, about)
            rule = self._rules.get(fact.said.kind)
            if rule is not None:
                rule(fact.index, fact.said)
            self.drills.follow(fact.index, fact.said)
            self.lent.scene.authority, self.lent.scene.plan = self._authority, self._plan
            self.lent.record(Ref(self._shard, fact.index), fact.said)

    def _count(self, kind: Kind) -> None:
        self._report.counts[kind.value] += 1

    def _decision(self, fact: Fact, decided: Decided) -> None:
        if decided.outcome != "block":
            if decided.plan != self._plan:
                self._report.fail(IN_FORCE, "decided by a plan that was not in force", fact.index)
            if decided.outcome == "allow" and self._stopped(decided):
                self._report.fail(IN_FORCE, "allowed while a stop was in force", fact.index)
        if decided.outcome == "allow":
            self.drills.allowed(fact.index, decided.action)
        beyond = self._boundaries.problem(decided)
        if beyond is not None:
            self._report.fail(IN_FORCE, beyond, fact.index)
        if decided.outcome == "allow":
            here = Ref(self._shard, fact.index)
            for problem in self.purses.allowed(here, decided, fact.at):
                self._report.fail(IN_FORCE, problem, fact.index)
        self.lent.decision(Ref(self._shard, fact.index), decided, fact.at)
        self.management.decision(fact.index, decided, fact.at)
        others = Others(self._authority.vouched, self.lent.part(Standings).voices(decided))
        self.actions.decision(fact.index, decided, fact.at, others)
        self.erasures.decision(fact.index, decided.plan, decided.system, fact.at)

    def _voided(self, _: int, record: Record) -> None:
        if record.predicate.why is Reason.PLANTED:
            self.drills.claimed(record.predicate)
        self.actions.voided(record.predicate)

    def _drill_revealed(self, index: int, record: Record) -> None:
        waits = self.actions.waits(record.predicate.decision)
        self.drills.revealed(index, record, waits=waits)

    def finish_drills(self) -> None:
        """Look for drills that were never revealed, and say what was looked at."""
        self.drills.finish(self._at)
        self._report.say(DRILLS, self.drills.sentence())

    def _stopped(self, decided: Decided) -> bool:
        scopes = {
            StopScope(ScopeKind.ALL),
            StopScope(ScopeKind.AGENT, decided.agent),
            StopScope(ScopeKind.SYSTEM, decided.system),
            StopScope(ScopeKind.TOOL, decided.tool),
        }
        return bool(self._stops & scopes)

    def _genesis(self, index: int, _: Record) -> None:
        if index:
            self._report.fail(ORDER, "a second genesis", index)

    def _effect(self, index: int, record: Record) -> None:
        self.actions.effect(index, record, self._authority)
        failed = record.predicate.status is Status.FAILED
        self.purses.settled(record.predicate.decision, failed=failed)
        self.erasures.effect(index, record.predicate.decision)

    def _release(self, index: int, record: Record) -> None:
        self.erasures.release(index)
        release: PlanReleaseRecord = record.predicate
        person = release.released_by
        body = {"plan": release.plan, "previous": release.previous}
        problem = self._commands.problem(release.signature, self._authority, person, RELEASE, body)
        if problem is None and not self._authority.holds(person, RELEASE):
            problem = "signed by somebody who did not hold the role `release` before it"
        if problem is None and release.previous != self._plan:
            problem = "it does not follow the plan that was in force"
        if problem is None and record.digest != release.plan:
            problem = "its subject is not its plan"
        if problem is None:
            problem = authors_problem(release, self._authority)
        if problem is not None:
            self._report.fail(RELEASES, problem, index)
        here = Ref(self._shard, index)
        self.changes.release(Release(here, release, self._authority, self._named, self._plan))
        self._plan, self._released_by = release.plan, release.released_by
        self._named = named_by(release)
        self._of_plan = authority_of(release)
        self._enrolment.enrolled = self._enrolment.enrolled.among(self._named)
        self._authority = self._joined()
        shared = self._authority.shared_key_problem()
        if shared is not None:
            self._report.fail(RELEASES, f"by this plan {shared}", index)
        self.plans.append((index, release))

    def _plan_verdict(self, index: int, record: Record) -> None:
        here, now = Ref(self._shard, index), (self._plan, self._named.rule)
        self.changes.answer(here, record, self._authority, now)

    def _joined(self) -> Authority:
        return self._enrolment.enrolled.join(self._of_plan, self._named.console)

    def _passkey(self, index: int, record: Record) -> None:
        problem = self._enrolment.passkey(record.predicate, self._authority, self._named)
        if problem is not None:
            self._report.fail(COMMANDS, f"passkey: {problem}", index)
        self._authority = self._joined()

    def _passkey_revoked(self, index: int, record: Record) -> None:
        problem = self._enrolment.revoked(record.predicate, self._authority)
        if problem is not None:
            self._report.fail(COMMANDS, f"passkey-revoked: {problem}", index)
        self._authority = self._joined()
        self.actions.revoked(record.predicate.keyid)

    def _stop(self, index: int, record: Record) -> None:
        self._command(index, record, "stop", _scope_body(record.predicate))
        self._stops.add(record.predicate.scope)
        self.actions.stopped(index, record.predicate.scope)

    def _resume(self, index: int, record: Record) -> None:
        self._command(index, record, "resume", _scope_body(record.predicate), OPERATE)
        if record.predicate.scope not in self._stops:
            self._report.fail(COMMANDS, "resumes what was not stopped", index)
        self._stops.discard(record.predicate.scope)

    def _token(self, index: int, record: Record) -> None:
        said = record.predicate
        person = said.on_behalf_of
        acts_for = None if person is None else person.digest or ""
        body = {"agent": said.agent, "name": said.name, "digest": said.digest}
        body["onBehalfOf"] = acts_for
        self._command(index, record, "token", body, OPERATE)

    def _revoke(self, index: int, record: Record) -> None:
        self._command(index, record, "revoke-token", {"name": record.predicate.name}, OPERATE)

    def _accept_clock(self, index: int, record: Record) -> None:
        self._command(index, record, "accept-clock", {}, OPERATE)

    def _command(
        self, index: int, record: Record, verb: str, body: dict[str, Any], role: str | None = None
    ) -> None:
        said = record.predicate
        problem = self._commands.problem(said.signature, self._authority, said.by, verb, body)
        if problem is None and role is not None and not self._authority.holds(said.by, role):
            problem = f"{cut(said.by)} does not hold the role {cut(role)}"
        if problem is not None:
            self._report.fail(COMMANDS, f"{record.kind.value}: {problem}", index)


def _scope_body(said: Any) -> dict[str, Any]:
    return {"scopeKind": said.scope.kind.value, "scopeName": said.scope.name}
