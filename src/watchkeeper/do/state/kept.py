"""The state of a home as JSON, exactly, and back.

One form for one state: what can no longer count is left out, so that two ways to the same state
(kept up while records were appended, rebuilt from them, restored and carried on) give the same
bytes. It holds names, digests and references, and no value of a payload.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from watchkeeper.do.state.actions import OpenAction, Settled
from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.budget import Budgets
from watchkeeper.do.state.keys import Keys
from watchkeeper.do.state.parts import PARTS
from watchkeeper.do.state.pending import Pending
from watchkeeper.do.state.projection import REMEMBER_ENDED, State, Token
from watchkeeper.do.state.seen import COMMAND_LIFETIME
from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked, sha256_hex
from watchkeeper.records.administration import GenesisRecord, StopScope
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.systems import Application
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

FORMAT = 1


def state_to_json(state: State) -> dict[str, Any]:
    """Return what the records up to now add up to; the same state always gives the same value."""
    at = state.last_at or Instant(0)
    waiting = state.pending.kept_since(at.plus(-REMEMBER_ENDED))
    known = {pending.action_id for pending in waiting}
    return {
        "format": FORMAT,
        "budgets": state.budgets.to_json(at),
        "keys": state.keys.to_json(at),
        "pending": [to_json(pending) for pending in waiting],
        "outcomes": {a: _place(ref) for a, ref in state.outcomes.items() if a in known},
        "stops": [[to_json(scope), _place(state.stops[scope])] for scope in sorted_stops(state)],
        "tokens": {digest: _token(token) for digest, token in state.tokens.items()},
        "tokenNames": sorted(state.token_names),
        "open": [to_json(action) for action in state.unknown()],
        "deferred": {a: _place(ref) for a, ref in sorted(state.deferred.items())},
        "settled": [
            [_place(one.erasure), _place(one.decision), _place(one.effect)]
            for _, one in sorted(state.settled.items())
        ],
        "adopted": sorted(state.adopted),
        "seen": state.seen.recorded_since(at.plus(-2 * COMMAND_LIFETIME)),
        "people": _lists(state.authority.people),
        "roles": _lists(state.authority.roles),
        **_web(state.authority),
        "plan": state.plan,
        "planRef": None if state.plan_ref is None else _place(state.plan_ref),
        "releasedBy": state.released_by,
        "lastAt": state.last_at,
        **_parts(state, at),
    }


def state_from_bytes(raw: bytes) -> State:
    """Return the state whose JSON was kept.

    Raises:
        RecordInvalid: it is not one of ours.
    """
    with _not_collecting():
        return state_from_json(parse_json_unverified(raw))


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Everything that is made here stays: looking through it for circles finds none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def state_from_json(body: Mapping[str, Any]) -> State:
    """Return the state that `state_to_json` wrote.

    Raises:
        RecordInvalid: it is not one of ours.
    """
    if body.get("format") != FORMAT:
        raise RecordInvalid(f"a state of format {cut(body.get('format'))}, where this reads 1")
    try:
        return _restored(body)
    except (KeyError, TypeError, ValueError, ArithmeticError, IndexError, AttributeError) as error:
        raise RecordInvalid(f"not the state of a home: {cut(error)}") from None


def begins_from_another(entry: Entry) -> bool:
    """Tell whether a record is the first of a shard that goes on from another."""
    said = entry.record.predicate
    return isinstance(said, GenesisRecord) and said.carried is not None


def begun_state(entry: Entry) -> State:
    """Return the state with which a shard begins that goes on from another.

    Raises:
        RecordInvalid: the payload is gone, or not what the genesis record says.
    """
    record: GenesisRecord = entry.record.predicate
    body = entry.payload.body.get("state") if entry.payload else None
    if record.carried is None or not isinstance(body, dict):
        raise RecordInvalid(f"the state that shard {record.shard} goes on from is gone")
    if sha256_hex(render_checked(body)) != record.carried.state:
        raise RecordInvalid(f"the state that shard {record.shard} goes on from is another one")
    with _not_collecting():
        state = state_from_json(body)
    state.last_at = record.at
    if state.plan is not None:
        state.plan_ref = entry.ref  # the plan in force was released again with the shard
    return state


def sorted_stops(state: State) -> list[StopScope]:
    """Return the stops in force, in an order of their own."""
    return sorted(state.stops, key=lambda scope: (scope.kind.value, scope.name))


def _restored(body: Mapping[str, Any]) -> State:
    state = State()
    state.budgets = Budgets.from_json(body["budgets"])
    state.keys = Keys.from_json(body["keys"])
    for pending in body["pending"]:
        state.pending.add(from_json(Pending, pending))
    state.outcomes = {action: Ref(*place) for action, place in body["outcomes"].items()}
    state.stops = {from_json(StopScope, said): Ref(*place) for said, place in body["stops"]}
    state.tokens = {
        digest: Token(agent, name, *(Ref(*place) for place in acts_for))
        for digest, (agent, name, *acts_for) in body["tokens"].items()
    }
    state.token_names = set(body["tokenNames"])
    opened = (from_json(OpenAction, action) for action in body["open"])
    state.open = {action.action_id: action for action in opened}
    state.deferred = {action: Ref(*place) for action, place in body["deferred"].items()}
    settled = (Settled(*(Ref(*place) for place in one)) for one in body["settled"])
    state.settled = {one.decision: one for one in settled}
    state.adopted = set(body["adopted"])
    for use, at in body["seen"].items():
        state.seen.record(use, Instant(at))
    state.authority = Authority(
        _tuples(body["people"]),
        _tuples(body["roles"]),
        from_json(dict[str, tuple[Passkey, ...]], body.get("passkeys", {})),
        body.get("console"),
        written_by=dict(body.get("writtenBy", {})),
        applications=from_json(tuple[Application, ...], body.get("applications", [])),
        deputies=_tuples(body.get("deputies", {})),
    )
    state.plan, state.released_by = body["plan"], body["releasedBy"]
    state.plan_ref = None if body["planRef"] is None else Ref(*body["planRef"])
    state.last_at = None if body["lastAt"] is None else Instant(body["lastAt"])
    _restore_parts(state, body.get("parts", {}))
    return state


def _parts(state: State, at: Instant) -> dict[str, Any]:
    """Return the pieces of the state that hold anything, by name."""
    kept = {part.name: part.to_json(at) for part in state.parts.values()}
    kept = {name: body for name, body in kept.items() if body}
    return {"parts": kept} if kept else {}


def _restore_parts(state: State, body: Mapping[str, Any]) -> None:
    unknown = sorted(body.keys() - {part.name for part in PARTS})
    if unknown:
        raise ValueError(f"a piece of the state that is not known here: {unknown[0]}")
    for part in PARTS:
        if part.name in body:
            state.parts[part] = part.from_json(body[part.name])
    state.join_passkeys()


def _web(authority: Authority) -> dict[str, Any]:
    """Return what only some authorities have: passkeys, a console, authors, applications."""
    passkeys = {p: [to_json(one) for one in held] for p, held in authority.passkeys.items()}
    found = {
        "passkeys": passkeys,
        "console": authority.console,
        "writtenBy": dict(authority.written_by),
        "applications": [to_json(one) for one in authority.applications],
        "deputies": _lists(authority.deputies),
    }
    return {name: value for name, value in found.items() if value}


def _token(token: Token) -> list[Any]:
    acts_for = [] if token.acts_for is None else [_place(token.acts_for)]
    return [token.agent, token.name, *acts_for]


def _place(ref: Ref) -> list[int]:
    return [ref.shard, ref.index]


def _lists(named: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in named.items()}


def _tuples(named: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in named.items()}
