"""From a decision to its record and payload (evidence format, 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.do.account.case import Case
from watchkeeper.do.account.explain import operator_sentence
from watchkeeper.do.account.shown import shown_of
from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.engine import ENGINE
from watchkeeper.do.decision.facts import Facts, facts_to_json
from watchkeeper.do.decision.known import CALL_METHOD
from watchkeeper.do.decision.request import Request
from watchkeeper.do.state.parts.history import Track
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.aims import AIMS, MANAGEMENT, aims_text
from watchkeeper.ledger.beside import KEYS, SAME, SHOWN_FACTS, TRACKED
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest, sha256_hex
from watchkeeper.ledger.reading import words_in
from watchkeeper.records.action import (
    DecisionRecord,
    Escalation,
    FactUsed,
    Hidden,
    Outcome,
    RetryKey,
    Tracked,
)
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Payload, Record

Salts = Callable[[int], bytes]
"""Gives so many unpredictable bytes."""
_SALT = 16
_SALTS_AT_ONCE = 16
_ALL_ARGUMENTS = "arguments"


@dataclass(frozen=True, slots=True)
class Marks:
    """What the kernel adds: the keys of a retry, a handle if it has to wait, the time it took.

    `tracked` are the keys by which it will count for what happened before.
    """

    keys: tuple[Mapping[str, Any], ...]
    handle: str
    duration_micros: int
    tracked: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A decision's record, its payload, and what a reviewer would be shown."""

    record: Record
    payload: Payload
    shown: Mapping[str, Any] | None


class _Hider:
    """Makes digests of values under fresh salts and keeps the salts for the payload."""

    def __init__(self, salts: Salts) -> None:
        self._salts, self._pool = salts, b""
        self.kept: dict[str, str] = {}

    def hide(self, name: str, value: Any, key: str | None = None) -> Hidden:
        return Hidden(name, digest=self.bind(key or name, value))

    def bind(self, name: str, value: Any) -> str:
        """Return the digest of what the payload holds, under one salt for each name."""
        salt = self._salt()
        self.kept[name] = salt.hex()
        return hidden_digest(salt, value)

    def bind_keys(self, keys: Iterable[Mapping[str, Any]]) -> tuple[RetryKey, ...]:
        """Return what binds the keys of a retry, all of them under one salt."""
        salt = self._salt()
        self.kept[KEYS] = salt.hex()
        return tuple(
            RetryKey(hidden_digest(salt, key["id"]), key["seconds"], key["refuseAfter"])
            for key in keys
        )

    def _salt(self) -> bytes:
        """Draw salts many at a time: asking the system for each costs more than the digest."""
        if not self._pool:
            self._pool = self._salts(_SALT * _SALTS_AT_ONCE)
        salt, self._pool = self._pool[:_SALT], self._pool[_SALT:]
        return salt


def speak(case: Case, marks: Marks, salts: Salts) -> Spoken:
    """Make the record of a decision, with every personal value hidden, and its payload."""
    hider = _Hider(salts)
    predicate = _predicate(case, hider, marks)
    body = _payload(case, hider, marks.keys)
    shown, need = shown_of(case, marks.handle, salts(_SALT)), case.decided.need
    if shown is not None and need is not None:
        asked = Escalation(
            handle=marks.handle,
            roles=need.roles,
            approvals=need.approvals,
            expires=case.facts.at.plus(need.expires_seconds),
            shown=sha256_hex(canonical_arguments(shown)),
            separate=need.separate,
            reason=need.reason,
            words=words_in(shown),
        )
        facts = case.decided.shown_facts
        bound = hider.bind(SHOWN_FACTS, facts)
        predicate = replace(predicate, escalation=asked, shown_facts=bound)
        body["shown"] = shown
        body[SHOWN_FACTS] = facts
    if marks.tracked and case.decided.part.outcome is Outcome.ALLOW:
        tracked = [to_json(track) for track in marks.tracked]
        longest = max(track.seconds for track in marks.tracked)
        counts = Tracked(hider.bind(TRACKED, tracked), longest)
        predicate, body[TRACKED] = replace(predicate, tracked=counts), tracked
    record = Record(Kind.DECISION, "action", case.request.digest, predicate)
    return Spoken(record, Payload(body), shown)


def _predicate(case: Case, hider: _Hider, marks: Marks) -> DecisionRecord:
    enforcer, request, facts, decided = case.enforcer, case.request, case.facts, case.decided
    call, system, entry = request.call, decided.system, decided.entry
    approval = facts.approval
    # Nothing is ever read back of a block: it binds none of what a retry is recognised by.
    binds = decided.part.outcome is not Outcome.BLOCK
    return DecisionRecord(
        at=facts.at,
        action_id=request.action_id,
        decision=decided.part,
        agent=_clean(call.agent),
        system=system.id if system else "",
        stage=system.stage if system else enforcer.bundle.stage,
        method=_clean(call.method),
        server=_clean(call.server),
        tool=_clean(call.tool),
        writes=entry.tool.writes if entry else call.method == CALL_METHOD,
        point=facts.point,
        engine=ENGINE,
        plan=enforcer.digest,
        accountable=enforcer.accountable(
            decided.part.policies,
            decided.part.controls,
            tuple(used.grant for used in decided.grants),
            decided.lent,
        ),
        duration_micros=marks.duration_micros,
        pin=facts.pin,
        on_behalf_of=hider.hide("onBehalfOf", call.on_behalf_of) if call.on_behalf_of else None,
        resource=_resource(decided, hider),
        resource_type=entry.tool.resource_type if entry else None,
        arguments=_arguments(request, decided, hider),
        trace=_trace(request, hider),
        claimed=_claimed(enforcer, request),
        facts=_facts(facts, decided, hider),
        grants=decided.grants,
        verdicts=tuple(v.ref for v in approval.verdicts) if approval else (),
        escalated_by=approval.escalated_by if approval else None,
        would=decided.would,
        keys=hider.bind_keys(marks.keys) if binds and marks.keys else (),
        same=hider.bind(SAME, request.same) if binds else None,
        mandate=facts.mandate.ref if facts.mandate else None,
        standing=tuple(sorted(ahead.ref for ahead in decided.standing)),
        reviews=decided.reviews,
        delegations=tuple(dict.fromkeys(ref for fact in decided.lent for ref in fact.refs)),
    )


def _claimed(enforcer: Enforcer, request: Request) -> dict[str, str]:
    """Say how each claim compares with what is declared; what was claimed is in the payload."""
    agent = enforcer.agent(request.call.agent)
    if request.problem is not None or agent is None:
        return {}
    declared = {"model": agent.model, "prompt": agent.prompt_digest, "version": agent.version}
    return {
        name: "undeclared" if not declared.get(name) else _compared(declared[name], said)
        for name, said in sorted(request.call.claimed.items())
    }


def _compared(declared: str, said: str) -> str:
    return "as-declared" if declared == said else "differs"


def _trace(request: Request, hider: _Hider) -> tuple[Hidden, ...]:
    if request.problem is not None:
        return ()
    trace = sorted(request.call.trace.items())
    return tuple(hider.hide(name, text, f"trace.{name}") for name, text in trace)


def _resource(decided: Decided, hider: _Hider) -> Hidden | None:
    entry, encoded = decided.entry, decided.encoded
    if entry is None or encoded is None or entry.tool.resource_argument is None:
        return None
    value = encoded.args.get(entry.tool.resource_argument)
    return hider.hide("resource", value) if isinstance(value, str) else None


def _arguments(request: Request, decided: Decided, hider: _Hider) -> tuple[Hidden, ...]:
    """One entry an argument for a valid request; one digest of them all for any other."""
    arguments = request.call.arguments
    if decided.encoded is None or decided.entry is None:
        return (Hidden(_ALL_ARGUMENTS, digest=sha256_hex(request.nonce.encode() + request.sent)),)
    clear = decided.entry.tool.clear
    return tuple(
        Hidden(name, clear=in_clear(value))
        if name in clear
        else hider.hide(name, value, f"arg.{name}")
        for name, value in sorted(arguments.items())
    )


def _facts(facts: Facts, decided: Decided, hider: _Hider) -> tuple[FactUsed, ...]:
    tools = {s.name: s.tool for s in decided.entry.tool.facts} if decided.entry else {}
    used = []
    for read in facts.read:
        source = tools.get(read.source, read.source)
        for name, value in sorted(read.values.items()):
            full = f"{read.source}.{name}"
            used.append(FactUsed(hider.hide(full, value, f"fact.{full}"), source, read.read_at))
        if read.failed is not None:
            value = Hidden(read.source, clear="could not be read")
            used.append(FactUsed(value, source, read.read_at))
    for name, value in sorted(facts.history.items()):
        shown = "could not be had" if value is None else value
        used.append(FactUsed(Hidden(f"history.{name}", clear=shown), "history", facts.at))
    if facts.aims is not None:
        said = Hidden(AIMS, clear=aims_text(facts.aims.counting))
        used.append(FactUsed(said, MANAGEMENT, facts.at))
    return tuple(used)


def _payload(case: Case, hider: _Hider, keys: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    request, facts = case.request, case.facts
    call = request.call
    return {
        "request": {
            "nonce": request.nonce,
            "actionId": request.action_id,
            "agent": _clean(call.agent),
            "onBehalfOf": call.on_behalf_of,
            "method": _clean(call.method),
            "server": _clean(call.server),
            "tool": _clean(call.tool),
            "arguments": call.arguments if request.problem is None else None,
            "problem": request.problem,
            "raw": sha256_hex(call.raw) if call.problem else None,
            "claimed": dict(call.claimed) if request.problem is None else {},
            "trace": dict(call.trace) if request.problem is None else {},
            "key": call.key if request.problem is None else None,
            **({} if call.mandate is None else {"mandate": _clean(call.mandate)}),
        },
        "facts": facts_to_json(facts),
        "salts": hider.kept,
        "same": request.same,
        "keys": [dict(key) for key in keys],
        "sentence": operator_sentence(request, case.decided, facts),
    }


def in_clear(value: Any) -> Any:
    """Return a value that may stand in the log: numbers that are no integers become text."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        text = canonical_arguments(value).decode()
        return int(text) if text.lstrip("-").isdigit() else text
    try:
        return canonical_arguments(value).decode()
    except RecordInvalid:
        return None


def _clean(text: str) -> str:
    return text[:256].encode(errors="replace").decode()
