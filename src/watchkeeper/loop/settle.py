"""Settling an unknown effect: by the read that the tool file declares, or by a person (I2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from watchkeeper.do.state.actions import OpenAction
from watchkeeper.errors import CommandInvalid, HomeInvalid, LedgerError
from watchkeeper.ledger.canonical import canonical_arguments, hidden_digest
from watchkeeper.loop.cover import level_of
from watchkeeper.loop.home import Home
from watchkeeper.loop.recall import at_path, resolve
from watchkeeper.loop.standing import request_from
from watchkeeper.records.action import EffectRecord, Hidden, ResolvedBy, Status
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.tools import Level, Settlement
from watchkeeper.records.statement import Entry, Payload, Record

_WAIT_SECONDS = 30.0
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Settling:
    """An unknown action on its way to its one effect record.

    `server`, `tool` and `arguments` are the declared read; `settlement` is None where the tool
    file declares none.
    """

    action: OpenAction
    by: ResolvedBy
    settled_from: Instant
    settlement: Settlement | None
    server: str
    arguments: Mapping[str, Any]
    sent: Mapping[str, Any]

    def by_read(self) -> Settling:
        """Return this settling as one by a declared read.

        Raises:
            CommandInvalid: the tool file declares no read.
        """
        if self.settlement is None:
            raise CommandInvalid(
                "the tool file declares no read that settles this action",
                "look at the system of record and give `--as succeeded` or `--as failed`",
            )
        return replace(self, by=replace(self.by, kind="read"))


def settles_from(home: Home, action: OpenAction) -> Instant:
    """Return from when on an action can be settled: before, its call may still be under way.

    A tool's time runs once its action is covered, which may take as long as the plan says.
    """
    entry = home.enforcer.tool(action.server, action.tool)
    millis = entry.tool.timeout_millis if entry else 60_000
    waits = entry is None or level_of(entry) is not Level.DURABLE
    cover = home.enforcer.bundle.limits.cover_wait_seconds if waits else 0
    return action.at.plus(cover + millis / 1000 + _GRACE_SECONDS)


def _check_not_under_way(home: Home, action: OpenAction) -> None:
    if action.action_id in home.under_way:
        raise CommandInvalid(
            "this gateway has the call under way: how it ends is not known to anybody yet",
            "settle it once the tool has answered or its time has run out; what a guard was let "
            "do, once the guard has said how it ended or has gone",
        )


def settling_of(home: Home, action: OpenAction, by: ResolvedBy) -> Settling:
    """Prepare to settle an action.

    Raises:
        CommandInvalid: the call is or may still be under way, so that nothing can be concluded
            yet; or what was asked is not what was recorded.
    """
    _check_not_under_way(home, action)
    entry = home.enforcer.tool(action.server, action.tool)
    settles = settles_from(home, action)
    if home.now() < settles:
        raise CommandInvalid(
            "the call may still be under way",
            f"settle it after {render_instant(settles)}, when its time has run out",
        )
    decision = _decision(home, action)
    sent: Mapping[str, Any] = {}
    if decision is not None and decision.payload is not None:
        request = request_from(decision.payload.body["request"])
        if request.digest != action.digest:
            raise CommandInvalid("the decision's payload is not the recorded one")
        sent = request.call.arguments
    # Without the arguments nobody can ask the system of record: then a person has to say.
    settlement = entry.tool.settle if entry and decision else None
    arguments = resolve(settlement.arguments, sent) if settlement else {}
    return Settling(action, by, settles, settlement, action.server, arguments, sent)


def _decision(home: Home, action: OpenAction) -> Entry | None:
    """Read the decision back; None where its shard was moved away."""
    try:
        return home.log.entry(action.decision)
    except HomeInvalid:
        return None
    except LedgerError as error:
        raise CommandInvalid(f"the decision can not be read: {error.message}") from None


def settle(
    home: Home, settling: Settling, content: Any, status: Status | None = None
) -> dict[str, Any]:
    """Write the one effect of an unknown action; durable when this returns.

    Raises:
        CommandInvalid: the action was settled in the meantime, or is under way.
        LogUnavailable: it could not be recorded.
    """
    action = settling.action
    found = home.state.open.get(action.action_id)
    if found is None or found.decision != action.decision:
        raise CommandInvalid("the action was settled in the meantime")
    _check_not_under_way(home, action)
    if status is None:
        status = _concluded(settling, content)
    salt = home.ids.random_bytes(16)
    at = home.now()
    effect = EffectRecord(
        at=at,
        action_id=action.action_id,
        decision=action.decision,
        status=status,
        started=action.at,
        ended=at,
        result=Hidden("result", digest=hidden_digest(salt, content)),
        resolved_by=settling.by,
        after_stop=found.stopped,
    )
    record = Record(Kind.EFFECT, "action", action.digest, effect)
    payload = Payload({"salts": {"result": salt.hex()}, "settledFrom": content})
    home.append(record, payload).wait(_WAIT_SECONDS)
    return {"actionId": action.action_id, "status": status.value, "by": settling.by.kind}


def _concluded(settling: Settling, content: Any) -> Status:
    declared = settling.settlement
    if declared is None:
        raise CommandInvalid("the tool file declares no read that settles this action")
    wanted = declared.equals
    if isinstance(wanted, Mapping) and "argument" in wanted:
        wanted = settling.sent.get(wanted["argument"])
    found = at_path(content, declared.field)
    same = canonical_arguments(found) == canonical_arguments(wanted)
    return Status.SUCCEEDED if same else Status.FAILED
