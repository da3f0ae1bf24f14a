"""Which earlier action a call is again, and what a tool's declared reads ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.decision.enforcer import ToolEntry
from watchkeeper.do.decision.request import Call, Request
from watchkeeper.do.state.projection import State
from watchkeeper.errors import LogInconsistent
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.ledger.canonical import canonical_arguments, keyed_digest
from watchkeeper.loop.steps import FactQuery, Stored
from watchkeeper.ports import Log
from watchkeeper.records.action import EffectRecord, Reason
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

_MISSING = object()


def keys_of(
    entry: ToolEntry | None, request: Request, lifetime: int, secret: bytes
) -> tuple[Mapping[str, Any], ...]:
    """Return the keys that make a retry of this call recognisable, scoped to the agent.

    Each is `{id, seconds, refuseAfter}`; the id is keyed with the home's secret, so that nothing
    of the call can be guessed from it: it outlives the call's payload (I3, I8). A key of the
    caller's own comes before the tool file's `once_per`.
    """
    call = request.call
    if entry is None or request.problem is not None:
        return ()
    tool = entry.tool
    named = call.arguments.get(tool.idempotency_argument) if tool.idempotency_argument else None
    own = {key for key in (call.key, named) if isinstance(key, str) and key}
    if own:
        # Both where there are two: a fresh key beside an old argument makes no new action.
        ids = sorted(_id(secret, "key", call, key) for key in own)
        return tuple({"id": id_, "seconds": lifetime, "refuseAfter": True} for id_ in ids)
    if tool.once_per is not None:
        values = {name: call.arguments.get(name) for name in tool.once_per.arguments}
        id_ = _id(secret, "once", call, canonical_arguments(values).decode())
        return ({"id": id_, "seconds": tool.once_per.seconds, "refuseAfter": False},)
    return ()


def refused_by_key(
    state: State, request: Request, keys: tuple[Mapping[str, Any], ...], at: Instant
) -> tuple[Reason | None, str]:
    """Return why a call's keys speak against it: used, expired, or held by one that waits."""
    same = request.same
    for key in keys:
        use, held = state.keys.find(key["id"], at), state.pending.holding(key["id"])
        if use is not None and use.arguments != same:
            return Reason.KEY_REUSED, "the idempotency key was used with other arguments"
        if use is not None and use.effect is None:
            return Reason.EFFECT_UNKNOWN, "the same action was released and is not settled"
        if use is None and key["refuseAfter"] and state.keys.is_expired(key["id"], at):
            return Reason.KEY_EXPIRED, "the idempotency key has expired"
        if held is not None and held.same != same:
            return Reason.KEY_REUSED, "another action waits for approval under the key"
    return None, ""


def _id(secret: bytes, kind: str, call: Call, value: str) -> str:
    scoped = canonical_arguments([kind, call.agent, call.server, call.tool, value])
    return keyed_digest(secret, scoped)


def stored_outcome(log: Log, effect: Ref) -> Stored:
    """Read back what came of an action.

    Raises:
        LedgerError: it can not be read, or is not what was recorded.
    """
    entry = log.entry(effect)
    record: EffectRecord = entry.record.predicate
    body = entry.payload.body if entry.payload else {}
    result = body.get("result")
    digest = None if record.result is None else record.result.digest
    if result is not None and not is_recorded(digest, body, "result"):
        raise LogInconsistent(f"the result beside record {effect} is not the recorded one")
    return Stored(record.status, result, record.action_id, entry.erased is not None)


def queries_of(entry: ToolEntry, arguments: Mapping[str, Any]) -> tuple[FactQuery, ...]:
    """Return the reads that a tool's declared facts need."""
    return tuple(
        FactQuery(source, entry.server, resolve(source.arguments, arguments))
        for source in entry.tool.facts
    )


def resolve(template: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in a declared read's arguments: names of the action's arguments, or fixed values."""
    filled = {}
    for name, source in template.items():
        if isinstance(source, Mapping) and "value" in source:
            filled[name] = source["value"]
        elif isinstance(source, str) and source in arguments:
            filled[name] = arguments[source]
    return filled


def at_path(content: Any, path: str) -> Any:
    """Return the value at a dotted path of structured content, or None where there is none."""
    for part in path.split("."):
        if not isinstance(content, Mapping):
            return None
        content = content.get(part, _MISSING)
        if content is _MISSING:
            return None
    return content
