"""What becomes of each action: escalated, approved, allowed, ended (promises I1 to I3).

Memory: a few hundred bytes for each action that is open (allowed without effect, or escalated and
not released), 16 bytes for each action that was escalated and for each allow, and one bit for
each record.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.records.action import EffectRecord, Escalation, Reason, VoidRecord
from watchkeeper.records.administration import StopScope
from watchkeeper.records.codec import from_json
from watchkeeper.records.drill import Observed
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.drills import Ended
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.people import OPERATE, Authority, Commands
from watchkeeper.verify.report import Report
from watchkeeper.verify.verdicts import (
    Others,
    Waiting,
    answer_problem,
    approval_problem,
    approved,
    question_problem,
    verdict_problem,
)

APPROVALS, EFFECTS = 9, 11
_NOBODY = Others()


class Bits:
    """One bit for each record, grown as needed."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, index: int) -> bool:
        """Set a bit; False if it was set before."""
        at, bit = index >> 3, 1 << (index & 7)
        if at >= len(self._bytes):
            self._bytes.extend(bytes(at + 4096 - len(self._bytes)))
        before = self._bytes[at] & bit
        self._bytes[at] |= bit
        return not before


class Once:
    """Finds what was seen more than once: 16 bytes each, looked through at the end."""

    def __init__(self) -> None:
        self._shelves = [bytearray() for _ in range(256)]

    def add(self, name: str) -> None:
        """Note one."""
        digest = hashlib.sha256(name.encode(errors="surrogatepass")).digest()
        self._shelves[digest[0]] += digest[1:17]

    def shared_with(self, other: Once) -> int:
        """Return how many were noted both here and there."""
        pairs = zip(self._shelves, other._shelves, strict=True)
        return sum(len(_names(ours) & _names(theirs)) for ours, theirs in pairs)

    def repeated(self) -> Iterator[int]:
        """Yield how often each one that came more than once did."""
        for shelf in self._shelves:
            yield from (count for count in Counter(_each(shelf)).values() if count > 1)


def _nobody(_decision: Ref, _ended: Ended) -> None:
    """Nobody asks how an escalation ended."""


def _each(shelf: bytearray) -> Iterator[bytes]:
    return (bytes(shelf[at : at + 16]) for at in range(0, len(shelf), 16))


def _names(shelf: bytearray) -> set[bytes]:
    return set(_each(shelf))


class _Allowed(NamedTuple):
    """An allowed action without an effect so far; `tool` is `server/tool`."""

    action: str
    digest: str
    agent: str
    system: str
    tool: str


class Actions:
    """Follows every action through the log, and from one shard to the next.

    `elsewhere` counts references to records in shards that were not given: what they point to can
    not be checked.
    """

    def __init__(self, report: Report, commands: Commands, shard: int = 0) -> None:
        self._report, self._commands = report, commands
        self._shard = self._first = shard
        self._open: dict[Ref, _Allowed] = {}
        self._stops: dict[Ref, StopScope] = {}
        self._waiting: dict[Ref, Waiting] = {}
        self._waiting_by_action: dict[str, Ref] = {}
        self._ended: dict[int, Bits] = {}
        self._allows = Once()
        self._unasked = Once()
        self._asked = Once()
        self._repeated: Counter[int] = Counter()
        self.on_end: Callable[[Ref, Ended], None] = _nobody
        self._around = 0
        self.approved = 0
        self.elsewhere = 0

    def go_on(self, report: Report, commands: Commands, shard: int) -> None:
        """Follow the same actions through the next shard."""
        self._report, self._commands, self._shard = report, commands, shard
        self.approved = self.elsewhere = 0

    def is_elsewhere(self, ref: Ref) -> bool:
        """Tell whether a record stands in a shard that was not given."""
        return ref.shard < self._first

    def _is_elsewhere(self, ref: Ref) -> bool:
        """Tell the same, and count it."""
        self.elsewhere += self.is_elsewhere(ref)
        return self.is_elsewhere(ref)

    def _end(self, ref: Ref) -> bool:
        """Note that an action ended; False if it had ended before."""
        return self._ended.setdefault(ref.shard, Bits()).add(ref.index)

    @property
    def unknown(self) -> int:
        """How many allowed actions have no effect yet."""
        return len(self._open)

    def needs_payload(self, decision: Ref) -> bool:
        """Tell whether the action of a decision is unknown, or waits for people."""
        return decision in self._open or decision in self._waiting

    def decision(self, index: int, decided: Decided, at: int, others: Others = _NOBODY) -> None:
        """Follow a decision made at `at`, in microseconds."""
        if decided.outcome == "escalate":
            self._escalated(index, decided)
        elif decided.outcome == "allow":
            self._released(index, decided, at, others)

    def verdict(self, index: int, record: Record, authority: Authority) -> None:
        """Check a verdict and keep it for the release that may cite it."""
        said: VerdictRecord = record.predicate
        waiting = self._waiting.get(said.decision)
        if waiting is None:
            if self._is_elsewhere(said.decision):
                return
            self._report.fail(APPROVALS, "a verdict on an action that does not wait", index)
            return
        problem = verdict_problem(record, waiting, authority, self._commands)
        if problem is not None:
            self._report.fail(APPROVALS, f"verdict: {problem}", index)
        elif said.answer is Answer.APPROVE:
            waiting.verdicts[Ref(self._shard, index)] = said
        elif said.withdraws is not None:
            del waiting.verdicts[said.withdraws]
        else:
            self._end_waiting(said.decision, Observed.REFUSED)

    def revoked(self, keyid: str) -> None:
        """Let no approval count any more that a key signed which was revoked since."""
        for waiting in self._waiting.values():
            for ref, said in [*waiting.verdicts.items()]:
                if said.signature.keyid == keyid:
                    del waiting.verdicts[ref]

    def question(self, index: int, record: Record, authority: Authority) -> None:
        """Check a question to an agent, and keep it for the answer."""
        said: QuestionRecord = record.predicate
        waiting = self._waiting.get(said.decision)
        if waiting is None and self._is_elsewhere(said.decision):
            return
        problem = question_problem(record, waiting, authority, self._commands)
        if problem is not None:
            self._report.fail(APPROVALS, f"question: {problem}", index)
        elif waiting is not None:
            waiting.open_questions.add(Ref(self._shard, index))

    def answer(self, index: int, record: Record) -> None:
        """Check an agent's answer to a question."""
        said: AnswerRecord = record.predicate
        waiting = self._waiting.get(said.decision)
        if waiting is None and self._is_elsewhere(said.decision):
            return
        problem = answer_problem(record, waiting)
        if problem is not None and not self._is_elsewhere(said.question):
            self._report.fail(APPROVALS, f"answer: {problem}", index)
        elif waiting is not None:
            waiting.open_questions.discard(said.question)

    def effect(self, index: int, record: Record, authority: Authority) -> None:
        """Check that an effect is the one end of an allowed action."""
        said: EffectRecord = record.predicate
        allowed, here = self._open.pop(said.decision, None), Ref(self._shard, index)
        if said.after_stop is not None and not self._stopped(said, allowed, here):
            self._report.fail(EFFECTS, "after a stop that did not come while it was open", index)
        if allowed is None:
            again = said.decision < here and not self._end(said.decision)
            if not again and self._is_elsewhere(said.decision):
                self._check_resolved(index, said, authority)
                return
            what = "a second effect of one action" if again else "an effect without its allow"
            self._report.fail(EFFECTS, what, index)
            return
        self._end(said.decision)
        if allowed[:2] != (said.action_id, record.digest):
            self._report.fail(EFFECTS, "an effect of another action than it refers to", index)
        self._check_resolved(index, said, authority)

    def stopped(self, index: int, scope: StopScope) -> None:
        """Note a stop: an effect may say that it came after it."""
        self._stops[Ref(self._shard, index)] = scope

    def _stopped(self, said: EffectRecord, allowed: _Allowed | None, here: Ref) -> bool:
        """Tell whether the stop that an effect names took hold of its action, allowed before."""
        cited = said.after_stop
        if cited is None or not said.decision < cited < here:
            return False
        scope = self._stops.get(cited)
        if scope is None:
            return self._is_elsewhere(cited)
        return allowed is None or scope.holds(allowed.agent, allowed.system, allowed.tool)

    def waits(self, decision: Ref | None) -> bool:
        """Tell whether an escalated action was neither released nor ended."""
        return decision in self._waiting

    def voided(self, said: VoidRecord) -> None:
        """An escalated action can no longer be released."""
        how = Observed.EXPIRED if said.why is Reason.EXPIRED else Observed.VOIDED
        waiting = self._waiting.get(said.decision)
        if waiting is not None and said.why is Reason.PLANTED and approved(waiting):
            how = Observed.APPROVED
        self._end_waiting(said.decision, how)

    def _end_waiting(self, decision: Ref, how: Observed) -> None:
        waiting = self._waiting.get(decision)
        if waiting is not None:
            self.on_end(decision, Ended(how, waiting.decided.action, waiting.decided.digest))
        self._forget(decision)

    def finish(self) -> None:
        """Look through what can only be seen at the end of a shard, and was not before it."""
        repeated = Counter(self._allows.repeated())
        for count in (repeated - self._repeated).elements():
            self._report.fail(EFFECTS, f"one action was allowed {count} times")
        around = self._asked.shared_with(self._unasked)
        if around > self._around:
            what = f"{around - self._around} escalated and then allowed without citing an approval"
            self._report.fail(APPROVALS, what)
        self._repeated, self._around = repeated, around

    def _escalated(self, index: int, decided: Decided) -> None:
        try:
            asked = from_json(Escalation, decided.asked)
        except RecordInvalid as error:
            self._report.fail(APPROVALS, f"an escalation that does not parse: {error}", index)
            return
        if asked.approvals < 1 or not asked.roles:
            self._report.fail(APPROVALS, "an escalation that nobody has to approve", index)
        self._asked.add(decided.action)
        earlier = self._waiting_by_action.get(decided.action)
        if earlier is not None:
            self._forget(earlier)
        here = Ref(self._shard, index)
        self._waiting[here] = Waiting(here, decided, asked)
        self._waiting_by_action[decided.action] = here

    def _released(self, index: int, decided: Decided, at: int, others: Others) -> None:
        self._allows.add(decided.action)
        self._open[Ref(self._shard, index)] = _Allowed(
            decided.action, decided.digest, decided.agent, decided.system, decided.tool
        )
        waits = self._waiting_by_action.get(decided.action)
        if decided.escalated_by is None:
            self._unasked.add(decided.action)
            if waits is not None:
                self._report.fail(APPROVALS, "allowed while it waited for approval", index)
            elif decided.verdicts:
                self._report.fail(APPROVALS, "verdicts cited without an escalation", index)
            return
        self.approved += 1
        waiting = self._waiting.get(decided.escalated_by)
        if waiting is None and self._is_elsewhere(decided.escalated_by):
            return
        problem = (
            "approved, but it does not wait (any more)"
            if waiting is None
            else approval_problem(waiting, decided, at, others)
        )
        if problem is not None:
            self._report.fail(APPROVALS, problem, index)
        self._forget(decided.escalated_by)

    def _check_resolved(self, index: int, said: EffectRecord, authority: Authority) -> None:
        by = said.resolved_by
        if by is None or (by.signature is None and by.kind != "person"):
            return
        if by.signature is None:
            self._report.fail(EFFECTS, "settled by a person, without a signature", index)
            return
        status = said.status.value if by.kind == "person" else "read"
        body: dict[str, Any] = {"actionId": said.action_id, "status": status}
        problem = self._commands.problem(by.signature, authority, by.by, "resolve", body)
        if problem is None and not authority.holds(by.by, OPERATE):
            problem = f"{cut(by.by)} does not hold the role {cut(OPERATE)}"
        if problem is not None:
            self._report.fail(EFFECTS, f"settled: {problem}", index)

    def _forget(self, ref: Ref) -> None:
        waiting = self._waiting.pop(ref, None)
        if waiting and self._waiting_by_action.get(waiting.decided.action) == ref:
            del self._waiting_by_action[waiting.decided.action]
