"""The state of a home: what its records add up to.

Rebuilt from the ledger at start and kept up by the same code while records are appended, so that
a restart can not change what is known (design, 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from watchkeeper.do.decision.facts import VerdictFact
from watchkeeper.do.decision.review import ReviewNeed, enough
from watchkeeper.do.state.actions import OpenAction, Settled
from watchkeeper.do.state.asked import asked_for
from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.budget import Budgets, charges_of, reach_of
from watchkeeper.do.state.keys import Keys, KeyUse
from watchkeeper.do.state.parts import PARTS, Part, Passkeys, Standings
from watchkeeper.do.state.pending import Pending, PendingActions, Waiting
from watchkeeper.do.state.seen import SeenCommands
from watchkeeper.do.state.voices import voices_of
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.envelope import command_use
from watchkeeper.records.action import (
    DecisionRecord,
    EffectRecord,
    Outcome,
    Status,
    VoidRecord,
)
from watchkeeper.records.administration import (
    GenesisRecord,
    PlanReleaseRecord,
    ResumeRecord,
    ScopeKind,
    StopRecord,
    StopScope,
    TokenRecord,
    TokenRevokedRecord,
)
from watchkeeper.records.custody import AdoptedRecord
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import Answer, PasskeyRevokedRecord, Signature, VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

REMEMBER_ENDED = 86_400
P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token that counts; beside the record `acts_for` stands for whom the agent acts."""

    agent: str
    name: str
    acts_for: Ref | None = None


class State:
    """Everything that the records add up to. `apply` takes them in their order."""

    def __init__(self) -> None:
        self.budgets = Budgets()
        self.keys = Keys()
        self.pending = PendingActions()
        self.stops: dict[StopScope, Ref] = {}
        self.tokens: dict[str, Token] = {}
        self.token_names: set[str] = set()
        self.open: dict[str, OpenAction] = {}
        self.outcomes: dict[str, Ref] = {}
        self.deferred: dict[str, Ref] = {}
        self.settled: dict[Ref, Settled] = {}
        self.seen = SeenCommands()
        self.authority = Authority({}, {})
        self.plan: str | None = None
        self.plan_ref: Ref | None = None
        self.released_by = ""
        self.adopted: set[str] = set()
        self.last_at: Instant | None = None
        self.parts: dict[type[Part], Part] = {kind: kind() for kind in PARTS}
        self._appliers: dict[Kind, Callable[[Entry, Any], None]] = {
            Kind.GENESIS: self._genesis,
            Kind.PLAN_RELEASE: self._release,
            Kind.DECISION: self._decision,
            Kind.VERDICT: self._verdict,
            Kind.EFFECT: self._effect,
            Kind.VOID: self._void,
            Kind.STOP: self._stop,
            Kind.RESUME: self._resume,
            Kind.TOKEN: self._token,
            Kind.TOKEN_REVOKED: self._revoke,
            Kind.ERASURE: self._erasure,
            Kind.ADOPTED: self._adopt,
            Kind.QUESTION: self._question,
            Kind.ANSWER: self._answer,
        }

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        predicate = entry.record.predicate
        self.last_at = predicate.at
        signature = getattr(predicate, "signature", None)
        if signature is not None:
            self._signed(signature, predicate.at)
        applier = self._appliers.get(entry.record.kind)
        if applier is not None:
            applier(entry, predicate)
        for part in self.parts.values():
            if entry.record.kind in part.kinds:
                part.apply(entry)
        if entry.record.kind in Passkeys.kinds:
            self.join_passkeys()
        if isinstance(predicate, PasskeyRevokedRecord):
            self._drop_signed_with(predicate.keyid, predicate.at)

    def part(self, kind: type[P]) -> P:
        """Return one piece of the state."""
        return cast("P", self.parts[kind])

    def join_passkeys(self) -> None:
        """Let the passkeys of records count for whom the plan names."""
        passkeys = self.part(Passkeys)
        registered, revoked = passkeys.registered(), passkeys.revoked
        self.authority = replace(self.authority, registered=registered, revoked=revoked)

    def _signed(self, signature: Signature, at: Instant) -> None:
        use = command_use(signature)
        if use is not None:
            self.seen.record(use, at)
        self.part(Passkeys).signed(signature)

    def charge(self, entry: Entry) -> None:
        """Take into account only what a record charges to a budget, or gives back."""
        record = entry.record.predicate
        if isinstance(record, DecisionRecord):
            if record.decision.outcome is Outcome.ALLOW:
                self._charge(record)
        elif isinstance(record, EffectRecord):
            self._settle_charge(record)

    def stopped(self, agent: str, system: str, action: str) -> StopScope | None:
        """Return the stop in force that takes hold of an action, or None."""
        for scope in (
            StopScope(ScopeKind.ALL),
            StopScope(ScopeKind.SYSTEM, system),
            StopScope(ScopeKind.AGENT, agent),
            StopScope(ScopeKind.TOOL, action),
        ):
            if scope in self.stops:
                return scope
        return None

    def unknown(self) -> list[OpenAction]:
        """Return the allowed actions without an effect, the oldest first."""
        return sorted(self.open.values(), key=lambda action: action.decision)

    def _genesis(self, _: Entry, record: GenesisRecord) -> None:
        if record.carried is not None:
            raise RecordInvalid("a shard that goes on from another is read by `begun_state`")
        people = dict(record.first_release)
        self.authority = Authority(people, {"release": tuple(people)})

    def _release(self, entry: Entry, record: PlanReleaseRecord) -> None:
        self.authority = Authority(
            record.people,
            record.roles,
            record.passkeys,
            record.console,
            written_by=record.written_by,
            applications=record.applications,
            deputies=record.deputies,
        )
        self.plan, self.plan_ref = record.plan, entry.ref
        self.budgets.keep_for(reach_of(entry), record.at)
        self.released_by = record.released_by

    def _decision(self, entry: Entry, record: DecisionRecord) -> None:
        if record.decision.outcome is Outcome.ALLOW:
            self._allow(entry, record)
        elif record.decision.outcome is Outcome.ESCALATE:
            self._escalate(entry, record)

    def _allow(self, entry: Entry, record: DecisionRecord) -> None:
        payload = entry.beside
        keys = tuple(payload.get("keys", ()))
        for key in keys:
            use = KeyUse(
                arguments=payload.get("same", ""),
                action_id=record.action_id,
                at=record.at,
                until=record.at.plus(key["seconds"]),
                refuse_after=bool(key["refuseAfter"]),
            )
            self.keys.use(key["id"], use)
        self.open[record.action_id] = OpenAction(
            action_id=record.action_id,
            decision=entry.ref,
            digest=entry.record.digest,
            agent=record.agent,
            system=record.system,
            server=record.server,
            tool=record.tool,
            writes=record.writes,
            at=record.at,
            keys=tuple(key["id"] for key in keys),
        )
        self._charge(record)
        if record.escalated_by is not None:
            pending = self.pending.by_action(record.action_id)
            if pending is not None:
                pending.released = record.action_id
            self.pending.end(record.action_id, Waiting.RELEASED, record.at)

    def _charge(self, record: DecisionRecord) -> None:
        self.budgets.reserve(record.action_id, record.at, charges_of(record))

    def _settle_charge(self, record: EffectRecord) -> None:
        if record.status is Status.SUCCEEDED:
            self.budgets.keep(record.action_id)
        else:
            self.budgets.give_back(record.action_id)

    def _escalate(self, entry: Entry, record: DecisionRecord) -> None:
        asked = record.escalation
        if asked is None:
            return
        self.pending.end(record.action_id, Waiting.VOIDED, record.at)
        self.pending.add(asked_for(entry, record, asked, self.authority.written_by))
        for action_id in self.pending.forget_before(record.at.plus(-REMEMBER_ENDED)):
            self.outcomes.pop(action_id, None)

    def _verdict(self, entry: Entry, record: VerdictRecord) -> None:
        pending = self.pending.by_action(record.action_id)
        if pending is None or pending.decision != record.decision or not pending.waits():
            return
        if record.answer is Answer.REFUSE:
            self.pending.end(record.action_id, Waiting.REFUSED, record.at)
            return
        if record.answer is Answer.WITHDRAW:
            kept = tuple(v for v in pending.verdicts if v.ref != record.withdraws)
        else:
            given = VerdictFact(entry.ref, record.reviewer, record.role, record.stands_in_for)
            kept = (*pending.verdicts, given)
        place, keyid = str(entry.ref), record.signature.keyid
        vouched = self.authority.vouched_for(keyid)
        if vouched is not None:
            pending.vouchers = {**pending.vouchers, place: vouched}
        pending.keyids = {**pending.keyids, place: keyid}
        pending.keep(kept)
        self._weigh(pending, record.at)

    def _drop_signed_with(self, keyid: str, at: Instant) -> None:
        """Let no approval count any more that a key signed which was revoked since."""
        for pending in self.pending.waiting():
            left = (v for v in pending.verdicts if pending.keyids.get(str(v.ref)) != keyid)
            pending.keep(tuple(left))
            if pending.state is Waiting.APPROVED:
                self._weigh(pending, at)

    def _weigh(self, pending: Pending, at: Instant) -> None:
        """Note whether those who approved are enough."""
        need = ReviewNeed((), pending.roles, pending.approvals, 0)
        voices = voices_of(pending, self.part(Standings), self.authority, at)
        pending.state = Waiting.APPROVED if enough(need, voices) else Waiting.PENDING

    def _question(self, entry: Entry, record: QuestionRecord) -> None:
        pending = self.pending.by_action(record.action_id)
        if pending is not None and pending.decision == record.decision and pending.waits():
            pending.questions = (*pending.questions, entry.ref)

    def _answer(self, entry: Entry, record: AnswerRecord) -> None:
        pending = self.pending.by_action(record.action_id)
        if pending is not None and pending.decision == record.decision and pending.waits():
            pending.answers = (*pending.answers, entry.ref)

    def _effect(self, entry: Entry, record: EffectRecord) -> None:
        action = self.open.pop(record.action_id, None)
        if action is None:
            return
        self._settle_charge(record)
        erasure = self.deferred.pop(record.action_id, None)
        if erasure is not None:
            self.settled[action.decision] = Settled(erasure, action.decision, entry.ref)
        for key in action.keys:
            if record.held_back:
                self.keys.free(key, record.action_id, record.at)
            else:
                self.keys.end(key, record.action_id, entry.ref)
        if self.pending.by_action(record.action_id) is not None:
            self.outcomes[record.action_id] = entry.ref

    def _erasure(self, entry: Entry, record: ErasureRecord) -> None:
        here = entry.ref.shard if record.shard is None else record.shard
        for action in self.open.values():
            place = action.decision
            if place.shard == here and _in(record.deferred, place):
                self.deferred[action.action_id] = entry.ref
        if record.asked is ErasureKind.SETTLED:
            done = [ref for ref in self.settled if ref.shard == here and _in(record.spans, ref)]
            for ref in done:
                del self.settled[ref]

    def _void(self, _: Entry, record: VoidRecord) -> None:
        self.pending.end(record.action_id, Waiting.VOIDED, record.at, record.why)

    def _stop(self, entry: Entry, record: StopRecord) -> None:
        self.stops[record.scope] = entry.ref
        for action in self.open.values():
            name = f"{action.server}/{action.tool}"
            if action.stopped is None and record.scope.holds(action.agent, action.system, name):
                self.open[action.action_id] = replace(action, stopped=entry.ref)

    def _resume(self, _: Entry, record: ResumeRecord) -> None:
        self.stops.pop(record.scope, None)

    def _token(self, entry: Entry, record: TokenRecord) -> None:
        acts_for = None if record.on_behalf_of is None else entry.ref
        self.tokens[record.digest] = Token(record.agent, record.name, acts_for)
        self.token_names.add(record.name)

    def _adopt(self, _: Entry, record: AdoptedRecord) -> None:
        self.adopted.update(doubt.id for doubt in record.doubts)

    def _revoke(self, _: Entry, record: TokenRevokedRecord) -> None:
        gone = [digest for digest, token in self.tokens.items() if token.name == record.name]
        for digest in gone:
            del self.tokens[digest]


def _in(spans: tuple[Span, ...], ref: Ref) -> bool:
    return any(span.first <= ref.index < span.end for span in spans)
