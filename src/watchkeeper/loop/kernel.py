"""The kernel: one home, one plan in force, one decision at a time.

Synchronous and without waiting: `decide` reads its own state, decides, reserves, takes the index
and queues the record, all in one step that no other decision can come between (semantics, 4).
The order of a release is: `admit`, read the facts, `decide`, wait for the ticket, `may_release`,
call the tool, `finish`, wait for that ticket, answer the agent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from watchkeeper.do.account.case import Case
from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.account.record import Marks, speak
from watchkeeper.do.decision.decide import Decided, decide, precheck
from watchkeeper.do.decision.facts import FactRead, Facts
from watchkeeper.do.decision.request import Call, Request, make_request
from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.errors import EntryTooLarge, LogUnavailable, RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.loop import lastlook
from watchkeeper.loop.facts_of.gathering import facts_of, refused_now
from watchkeeper.loop.facts_of.history import tracks_of
from watchkeeper.loop.facts_of.persons import for_its_person, in_force
from watchkeeper.loop.facts_of.tasks import mandate_fact
from watchkeeper.loop.floods import Floods, ReadLimits
from watchkeeper.loop.home import Home
from watchkeeper.loop.recall import keys_of, queries_of
from watchkeeper.loop.returning import (
    overtaken,
    stored,
    taken_up,
    unavailable,
)
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Escalated, Refused
from watchkeeper.ports import Ticket
from watchkeeper.records.action import (
    NOT_RELEASED,
    EffectRecord,
    Hidden,
    Outcome,
    Point,
    Reason,
    Status,
    VoidRecord,
)
from watchkeeper.records.administration import RefusalsRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Payload, Record

_MAX_STORED_RESULT = 1 << 20
_SHARD_REST_SECONDS = 60


class Kernel:
    """Decides for one enforcement point on one home."""

    def __init__(self, home: Home, point: Point) -> None:
        self.home = home
        self._point = point
        self._floods = Floods()
        self._reads = ReadLimits()
        self._no_shard_before = Instant(0)

    def at(self, point: Point) -> Kernel:
        """Return a kernel for another enforcement point on this home.

        What an agent asks is counted over both; `tick` is for one of them.
        """
        other = Kernel(self.home, point)
        other._floods, other._reads = self._floods, self._reads
        return other

    def admit(self, call: Call, action_id: str | None = None) -> Admitted | Answer:
        """Take a call in: recognise it if it came before, and say which facts it needs."""
        began = self.home.clock.monotonic()
        request = make_request(
            for_its_person(self.home, call),
            action_id=action_id or self.home.ids.action_id(),
            nonce=self.home.ids.random_bytes(16).hex(),
            secret=self.home.secret,
        )
        if self.home.failure() is not None:
            return unavailable(request)
        if request.problem is None:
            waiting = self.home.state.pending.same_call(call.agent, request.same)
            if waiting is not None:
                return self._come_back(waiting, began, call.token)
        return self._admitted(request, began)

    def come_back(self, agent: str, handle: str, token: str | None = None) -> Admitted | Answer:
        """Take up an escalated action again by its handle; only for the agent that has it.

        `token` is the digest of the token that it comes with, where it needs one.
        """
        if not in_force(self.home, agent, token):
            sentence = agent_sentence(Reason.UNKNOWN_AGENT)
            return Refused(Reason.UNKNOWN_AGENT, sentence, self.home.ids.action_id())
        pending = self.home.state.pending.by_handle(handle)
        if pending is None or pending.agent != agent:
            sentence = "There is no such handle."
            return Refused(Reason.INVALID_REQUEST, sentence, self.home.ids.action_id())
        if self.home.failure() is not None:
            sentence = agent_sentence(Reason.LOG_UNAVAILABLE)
            return Refused(Reason.LOG_UNAVAILABLE, sentence, pending.action_id)
        return self._come_back(pending, self.home.clock.monotonic(), token)

    def decide(self, admitted: Admitted, reads: tuple[FactRead, ...] = ()) -> Answer:
        """Decide, reserve, record: the one step. What it returns is durable with its ticket."""
        undecided = self._undecided(admitted)
        if undecided is not None:
            return undecided
        admitted = self._as_it_stands(admitted)
        facts = self.facts(admitted, reads)
        same_plan = admitted.plan == self.home.enforcer.digest
        known = admitted.known if same_plan else None
        decided = decide(self.home.enforcer, admitted.request, facts, known)
        agent = admitted.request.call.agent
        if decided.part.outcome is Outcome.BLOCK:
            limit = self.home.enforcer.bundle.limits.refusals_per_minute
            if self._floods.leave_out(agent, decided.part.reasons[0], facts.at, limit):
                sentence = agent_sentence(Reason.TOO_MANY_REQUESTS)
                return Refused(Reason.TOO_MANY_REQUESTS, sentence, admitted.request.action_id)
        try:
            return self._record(admitted, facts, decided)
        except (EntryTooLarge, RecordInvalid):
            return self._record_less(admitted, facts)
        except LogUnavailable:
            return unavailable(admitted.request)

    def dry(self, admitted: Admitted, reads: tuple[FactRead, ...] = ()) -> tuple[Facts, Decided]:
        """Return what would be decided on a made-up request, which nothing that waits holds up.

        What was approved ahead counts as for a real one: else those who gave it could tell.
        """
        facts = replace(self.facts(admitted, reads), pending_full=False)
        return facts, decide(self.home.enforcer, admitted.request, facts)

    def plant(self, admitted: Admitted, reads: tuple[FactRead, ...] = ()) -> Ticket | None:
        """Record a made-up request as escalated, as a real one would be; else nothing at all."""
        if self._undecided(admitted) is not None:
            return None
        facts, decided = self.dry(admitted, reads)
        if decided.part.outcome is not Outcome.ESCALATE:
            return None
        answer = self._record(admitted, facts, decided)
        return answer.ticket if isinstance(answer, Escalated) else None

    def may_release(self, allowed: Allowed) -> Reason | None:
        """Look once more, after the record is durable: None if the tool may be called now."""
        return lastlook.overtaken(self.home, allowed)

    def not_released(self, allowed: Allowed, reason: Reason) -> Ticket:
        """Record that an allowed action was not released after all: it had no effect."""
        result = Hidden(NOT_RELEASED, clear=reason.value)
        return self._effect(allowed, Status.FAILED, self.home.now(), result, {})

    def finish(self, allowed: Allowed, status: Status, started: Instant, result: Any) -> Ticket:
        """Record the one effect of a released action.

        The result reaches the agent only once the ticket is durable (I2). `result` is any JSON;
        what a writing tool answered is kept in the payload, so that a retry gets it again.

        Raises:
            LogUnavailable: nothing was recorded; the action's effect stays unknown.
        """
        salt = self.home.ids.random_bytes(16)
        hidden = Hidden("result", digest=hidden_digest(salt, result))
        body: dict[str, Any] = {"salts": {"result": salt.hex()}}
        tool = allowed.decided.entry.tool if allowed.decided.entry else None
        waited = self.home.state.pending.by_action(allowed.request.action_id) is not None
        if (tool is None or tool.writes or waited) and _small(result):
            body["result"] = result
        return self._effect(allowed, status, started, hidden, body)

    def tick(self) -> None:
        """Do what is due: heal the log, end what expired, write down what was left out."""
        self.home.ask_witnesses()
        if self.home.failure() is not None and not self.home.heal():
            return
        at = self.home.now()
        try:
            for pending in self.home.state.pending.waiting():
                why = overtaken(self.home.state, pending, at)
                if why is not None:
                    self.void(pending, why)
            if self.home.short_of_room():
                return
            for record in self._floods.due(at):
                self._tell(record)
            self._begin_shard(at)
        except LogUnavailable:
            return

    def _begin_shard(self, at: Instant) -> None:
        """Begin the next shard where the plan's limits ask for it; what failed waits a while."""
        if at >= self._no_shard_before and self.home.roll_is_due():
            self._no_shard_before = at.plus(_SHARD_REST_SECONDS)
            self.home.roll()

    def _tell(self, refusals: RefusalsRecord) -> None:
        """Record a summary of what was left out; if that fails, it is due again."""
        ticket = self.home.append(Record(Kind.REFUSALS, "agent", _digest(refusals.agent), refusals))
        self._floods.told(refusals)
        ticket.when_done(lambda error: self._floods.put_back(refusals) if error else None)

    def void(self, pending: Pending, why: Reason) -> Ticket:
        """Record that an escalated action can no longer be released."""
        record = VoidRecord(self.home.now(), pending.action_id, pending.decision, why)
        return self.home.append(Record(Kind.VOID, "action", pending.digest, record))

    def take_read(self, agent: str) -> bool:
        """Count one read of a fact for an agent; False if it has used up this minute's."""
        limit = self.home.enforcer.bundle.limits.facts_per_minute
        return self._reads.take(agent, self.home.now(), limit)

    def _admitted(
        self, request: Request, began: int, pending: Pending | None = None
    ) -> Admitted | Answer:
        entry = self.home.enforcer.tool(request.call.server, request.call.tool)
        lifetime = self.home.enforcer.bundle.limits.key_lifetime_seconds
        keys = keys_of(entry, request, lifetime, self.home.secret)
        admitted = Admitted(request, keys, (), began, pending)
        before = stored(self.home, admitted)
        if before is not None:
            return before
        if entry is None or refused_now(self.home, admitted, self.home.now())[0] is not None:
            return admitted
        known = precheck(self.home.enforcer, request)
        task = mandate_fact(self.home, request, self.home.now())
        if isinstance(known, Decided) or (task is not None and not task.covers):
            return admitted
        return replace(
            admitted,
            reads=queries_of(entry, request.call.arguments),
            known=known,
            plan=self.home.enforcer.digest,
        )

    def _come_back(self, pending: Pending, began: int, token: str | None) -> Admitted | Answer:
        found = taken_up(self.home, pending, self.void)
        if not isinstance(found, Request):
            return found
        found = replace(found, call=replace(found.call, token=token))
        return self._admitted(found, began, pending)

    def _undecided(self, admitted: Admitted) -> Answer | None:
        """Return the answer to what can not be decided now, or was decided before."""
        if self.home.failure() is not None:
            return unavailable(admitted.request)
        before = stored(self.home, admitted)
        if before is not None:
            return before
        if self.home.short_of_room() or not self.home.plan_is_loaded():
            return unavailable(admitted.request)
        return None

    def _as_it_stands(self, admitted: Admitted) -> Admitted:
        """Look the approval up again: since the facts were read, its record may have been lost."""
        before = admitted.pending
        if before is None:
            return admitted
        found = self.home.state.pending.by_handle(before.handle)
        return replace(admitted, pending=found or replace(before, state=Waiting.VOIDED))

    def facts(self, admitted: Admitted, reads: tuple[FactRead, ...]) -> Facts:
        """Return what the decision on an admitted request would look at now."""
        return facts_of(self.home, self._point, admitted, reads)

    def _record_less(self, admitted: Admitted, facts: Facts) -> Answer:
        """Record the refusal of a call that no record can hold."""
        problem = "the call has too many arguments to be recorded"
        request = replace(admitted.request, problem=problem)
        narrowed = replace(admitted, request=request, keys=(), reads=())
        facts = replace(facts, read=())
        decided = decide(self.home.enforcer, request, facts)
        try:
            return self._record(narrowed, facts, decided)
        except (LogUnavailable, EntryTooLarge):
            return unavailable(request)

    def _record(self, admitted: Admitted, facts: Facts, decided: Decided) -> Answer:
        request = admitted.request
        handle = "esc_" + self.home.ids.random_bytes(16).hex()
        took = self.home.clock.monotonic() - admitted.began
        tracks = tracks_of(self.home, request, facts.at, decided.lent)
        spoken = speak(
            Case(self.home.enforcer, request, facts, decided),
            Marks(admitted.keys, handle, took, tracks),
            self.home.ids.random_bytes,
        )
        ticket = self.home.append(spoken.record, spoken.payload)
        reason = decided.part.reasons[0]
        sentence = agent_sentence(reason, decided.why)
        if decided.part.outcome is Outcome.ALLOW:
            return Allowed(request, decided, ticket, facts.at, self.home.enforcer.digest)
        if decided.need is not None:
            expires = facts.at.plus(decided.need.expires_seconds)
            return Escalated(handle, sentence, request.action_id, expires, ticket)
        return Refused(reason, sentence, request.action_id, ticket)

    def _effect(
        self,
        allowed: Allowed,
        status: Status,
        started: Instant,
        result: Hidden,
        body: dict[str, Any],
    ) -> Ticket:
        open_ = lastlook.opened(self.home, allowed)
        if open_ is None:
            raise LogUnavailable(
                "the action has its one effect, or its decision was lost",
                "`watchkeeper do resolve` lists what is unknown",
            )
        at = self.home.now()
        record = EffectRecord(
            at=at,
            action_id=allowed.request.action_id,
            decision=allowed.ticket.ref,
            status=status,
            started=started,
            ended=at,
            result=result,
            after_stop=open_.stopped,
        )
        entry = Record(Kind.EFFECT, "action", allowed.request.digest, record)
        return self.home.append(entry, Payload(body))


def _digest(text: str) -> str:
    return sha256_hex(text.encode())


def _small(result: Any) -> bool:
    try:
        return len(canonical_arguments(result)) <= _MAX_STORED_RESULT
    except RecordInvalid:
        return False
