"""Stops, and what lifts them."""

from __future__ import annotations

import difflib
from typing import Any

from watchkeeper.errors import CommandInvalid, LogUnavailable, RecordInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.records.action import Reason
from watchkeeper.records.administration import ResumeRecord, ScopeKind, StopRecord, StopScope
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record


def _stop(desk: Desk, asked: Asked) -> Any:
    scope = _scope(asked)
    why, payload = why_of(asked)
    at, by = desk.home.now(), asked.command.person
    record = StopRecord(at, scope, by, why, asked.signature)
    desk.append(Record(Kind.STOP, "scope", _digest_of(scope), record), payload)
    _void(desk, scope)
    return {"stopped": to_json(scope), **_unknown(desk, scope)}


def _unknown(desk: Desk, scope: StopScope) -> dict[str, Any]:
    """Say that the plan in force has nothing of the name, and what it has that is like it."""
    bundle = desk.home.enforcer.bundle
    names = {
        ScopeKind.AGENT: [agent.id for agent in bundle.agents],
        ScopeKind.SYSTEM: [system.id for system in bundle.systems],
        ScopeKind.TOOL: [f"{s.id}/{tool.name}" for s in bundle.servers for tool in s.tools],
    }.get(scope.kind, [scope.name])
    if scope.name in names:
        return {}
    return {"unknown": True, "like": difflib.get_close_matches(scope.name, names)}


def _void(desk: Desk, scope: StopScope) -> None:
    """End all that waits and that a stop takes hold of: approved or not, none is done after it."""
    for pending in desk.home.state.pending.waiting():
        agents = (pending.agent, *pending.givers)
        if any(scope.holds(agent, pending.system, pending.action) for agent in agents):
            try:
                desk.ticket = desk.kernel.void(pending, Reason.STOPPED)
            except LogUnavailable:
                return  # the stop itself is taken: what is left is ended once it can be recorded


def _resume(desk: Desk, asked: Asked) -> Any:
    scope = _scope(asked)
    if scope not in desk.home.state.stops:
        raise CommandInvalid("there is no such stop in force")
    why, payload = why_of(asked)
    if not why:
        raise CommandInvalid("a reason is needed to resume", "give `--why`")
    at, by = desk.home.now(), asked.command.person
    record = ResumeRecord(at, scope, by, why, asked.signature)
    desk.append(Record(Kind.RESUME, "scope", _digest_of(scope), record), payload)
    return {"resumed": to_json(scope)}


def _scope(asked: Asked) -> StopScope:
    said = asked.command.body
    body = {"kind": said.get("scopeKind"), "name": said.get("scopeName")}
    try:
        scope = from_json(StopScope, body)
    except RecordInvalid as error:
        raise CommandInvalid(f"not a scope: {error.message}") from None
    if (scope.kind is ScopeKind.ALL) != (scope.name == ""):
        raise CommandInvalid("a stop names an agent, a system or a tool, or is for all")
    return scope


def _digest_of(scope: StopScope) -> str:
    return sha256_hex(f"{scope.kind.value}:{scope.name}".encode())


VERBS = {
    "stop": Verb(_stop),
    "resume": Verb(_resume, OPERATE, needs_room=True),
}
