"""What people tell a home to do: each command is signed, single use, and checked against roles.

The same code serves the gateway's local socket and a terminal that opens the home itself.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.do.state.projection import COMMAND_LIFETIME, OpenAction
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised, RecordInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest, parse_json, sha256_hex
from watchkeeper.ledger.envelope import open_command
from watchkeeper.ledger.signature import keyid_of
from watchkeeper.loop.custody import adopt, doubts, next_key, revoke_key, rotate_key
from watchkeeper.loop.erasure.asked import erasing_of
from watchkeeper.loop.erasure.erase import Word
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.release import release_plan
from watchkeeper.loop.settle import Settling, settle, settling_of
from watchkeeper.records.action import Reason, ResolvedBy, Status
from watchkeeper.records.administration import (
    ClockAcceptedRecord,
    ResumeRecord,
    ScopeKind,
    StopRecord,
    StopScope,
    TokenRecord,
    TokenRevokedRecord,
)
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, Command, Signature, VerdictRecord
from watchkeeper.records.statement import Payload, Record

RELEASE = "release"
OPERATE = "operate"
_WAIT_SECONDS = 30.0
_DIGEST_LENGTH = 64
_NEEDS_ROOM = frozenset(
    {"resume", "token", "revoke-token", "accept-clock", "erase", "roll", RELEASE}
)
"""What may not be written below the plan's reserve of disk (decision semantics, 9)."""

_OF_A_DOUBTFUL_HOME = frozenset({"pending", "unknown", "tokens", "doubts", "adopt"})
"""What may be asked of a home that was restored or copied: to read, and to take it up again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was checked, the signature over it, and what came beside it."""

    command: Command
    signature: Signature
    beside: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text of the command's body.

        Raises:
            CommandInvalid: it is missing or no text.
        """
        found = self.command.body.get(name)
        if not isinstance(found, str):
            raise CommandInvalid(f"the command has no {cut(name)}")
        return found


class Commands:
    """Checks and carries out people's commands on one home."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._home: Home = kernel.home
        self._verbs: dict[str, tuple[str | None, Callable[[Asked], Any]]] = {
            "pending": (None, self._pending),
            "unknown": (None, self._unknown),
            "approve": (None, self._verdict),
            "refuse": (None, self._verdict),
            "stop": (None, self._stop),
            "resume": (OPERATE, self._resume),
            "token": (OPERATE, self._token),
            "revoke-token": (OPERATE, self._revoke),
            "tokens": (OPERATE, self._tokens),
            "resolve": (OPERATE, self._resolve),
            "accept-clock": (OPERATE, self._accept_clock),
            "roll": (OPERATE, self._roll),
            "release": (RELEASE, self._release),
            "erasable": (None, self._erase),
            "erase": (None, self._erase),
            "next-key": (OPERATE, lambda asked: next_key(self._home, asked.command)),
            "rotate-key": (OPERATE, self._rotate_key),
            "revoke-key": (OPERATE, self._revoke_key),
            "doubts": (OPERATE, lambda _: doubts(self._home)),
            "adopt": (OPERATE, self._adopt),
        }

    def run(self, signature: Signature, beside: Mapping[str, Any]) -> Any:
        """Carry out a signed command and return what to tell the person, as JSON.

        What it records is durable when this returns. A `Settling` is returned where an action is
        to be settled by reading the system of record, which needs the tool server; an `Erasing`
        where payloads are to be erased, which takes time: it is for the caller to run.

        Raises:
            CommandInvalid: stale, replayed, malformed, forged, or nothing that can be done now.
            NotAuthorised: the person does not hold the role.
            HomeDoubtful: the home was restored or copied, and this would write to it.
            LogUnavailable: it could not be recorded.
        """
        asked = self._check(signature, beside)
        role, act = self._verbs[asked.command.verb]
        role = self._home.state.authority.erasing() if act == self._erase else role
        if role is not None and not self._home.state.authority.holds(asked.command.person, role):
            raise NotAuthorised(
                f"{cut(asked.command.person)} does not hold the role {cut(role)}",
                "ask somebody who does, or change the roles in the plan and release it",
            )
        if asked.command.verb not in _OF_A_DOUBTFUL_HOME:
            self._home.check_undoubted()
        if asked.command.verb in _NEEDS_ROOM and self._home.has_plan and self._home.short_of_room():
            raise LogUnavailable(
                "the disk is nearly full: only verdicts, stops and settled effects are recorded"
            )
        return act(asked)

    def settle(self, settling: Settling, content: Any) -> dict[str, Any]:
        """Record the effect of an unknown action from what its system of record said."""
        return settle(self._home, settling, content)

    def _check(self, signature: Signature, beside: Mapping[str, Any]) -> Asked:
        person = _person_named(signature)
        keys = self._home.state.authority.people.get(person, ())
        raw = [base64.b64decode(key) for key in keys]
        if not raw:
            raise NotAuthorised(f"{cut(person)} has no key in the plan in force")
        command = open_command(signature, {keyid_of(key): key for key in raw})
        if command.origin != self._home.log.origin:
            raise CommandInvalid(f"the command is for another log: {cut(command.origin)}")
        if command.verb not in self._verbs:
            raise CommandInvalid(f"there is no such command: {cut(command.verb)}")
        if signature.sig in self._home.state.seen:
            raise CommandInvalid("this very command was given before")
        now = self._home.clock.wall()
        if abs(now - command.at) > COMMAND_LIFETIME * 1_000_000:
            raise CommandInvalid("the command is too old, or made by a clock that is off")
        self._home.state.seen.add(signature.sig, now)
        return Asked(command, signature, beside)

    def _append(self, record: Record, payload: Payload | None = None) -> None:
        self._home.append(record, payload).wait(_WAIT_SECONDS)

    def _pending(self, _: Asked) -> Any:
        return [
            {
                "handle": pending.handle,
                "state": pending.state.value,
                "expires": render_instant(pending.expires),
                "approved": [v.reviewer for v in pending.verdicts],
                "shownDigest": pending.shown,
                "shown": self._home.shown(pending),
            }
            for pending in self._home.state.pending.waiting()
        ]

    def _unknown(self, _: Asked) -> Any:
        return [_unknown_json(action) for action in self._home.state.unknown()]

    def _verdict(self, asked: Asked) -> Any:
        pending = self._pending_of(asked.text("handle"))
        self._check_binding(asked, pending)
        role = asked.text("role")
        self._check_reviewer(asked.command.person, role, pending)
        reason, payload = _reason(asked)
        millis = asked.command.body.get("millis")
        verdict = VerdictRecord(
            at=self._home.now(),
            action_id=pending.action_id,
            decision=pending.decision,
            answer=Answer(asked.command.verb),
            reviewer=asked.command.person,
            role=role,
            shown=pending.shown,
            millis_taken=millis if isinstance(millis, int) and millis >= 0 else 0,
            signature=asked.signature,
            reason=reason,
        )
        self._append(Record(Kind.VERDICT, "action", pending.digest, verdict), payload)
        return {"handle": pending.handle, "state": pending.state.value}

    def _pending_of(self, handle: str) -> Pending:
        pending = self._home.state.pending.by_handle(handle)
        if pending is None:
            raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
        if pending.state is Waiting.PENDING and pending.expires <= self._home.now():
            self._kernel.void(pending, Reason.EXPIRED).wait(_WAIT_SECONDS)
        if pending.state is not Waiting.PENDING:
            raise CommandInvalid(f"the action is not waiting any more: it is {pending.state.value}")
        return pending

    def _check_binding(self, asked: Asked, pending: Pending) -> None:
        """A verdict holds for exactly what was shown, under the plan in force."""
        bound = {
            "request": pending.digest,
            "tool": pending.action,
            "pin": pending.pin,
            "agent": pending.agent,
            "plan": pending.plan,
            "shown": pending.shown,
            "expires": render_instant(pending.expires),
        }
        for name, value in bound.items():
            if asked.command.body.get(name) != value:
                raise CommandInvalid(f"the verdict is for another {name} than the one that waits")
        if pending.plan != self._home.state.plan:
            raise CommandInvalid("the plan was changed since: the action has to be asked again")

    def _check_reviewer(self, person: str, role: str, pending: Pending) -> None:
        if role not in pending.roles:
            raise NotAuthorised(f"the action does not wait for the role {cut(role)}")
        if not self._home.state.authority.holds(person, role):
            raise NotAuthorised(f"{cut(person)} does not hold the role {cut(role)}")
        request = self._home.request_of(pending)
        if request is None:
            raise CommandInvalid("the request was erased and can not be approved")
        if person in {request.call.agent, request.call.on_behalf_of}:
            raise NotAuthorised("nobody decides on an action of their own")
        if person in {verdict.reviewer for verdict in pending.verdicts}:
            raise NotAuthorised(f"{cut(person)} has approved already; another person must")

    def _stop(self, asked: Asked) -> Any:
        scope = _scope(asked)
        why, payload = _why(asked)
        at, by = self._home.now(), asked.command.person
        record = StopRecord(at, scope, by, why, asked.signature)
        self._append(Record(Kind.STOP, "scope", _digest_of(scope), record), payload)
        return {"stopped": to_json(scope)}

    def _resume(self, asked: Asked) -> Any:
        scope = _scope(asked)
        if scope not in self._home.state.stops:
            raise CommandInvalid("there is no such stop in force")
        why, payload = _why(asked)
        if not why:
            raise CommandInvalid("a reason is needed to resume", "give `--why`")
        at, by = self._home.now(), asked.command.person
        record = ResumeRecord(at, scope, by, why, asked.signature)
        self._append(Record(Kind.RESUME, "scope", _digest_of(scope), record), payload)
        return {"resumed": to_json(scope)}

    def _token(self, asked: Asked) -> Any:
        agent, name, digest = asked.text("agent"), asked.text("name"), asked.text("digest")
        if self._home.enforcer.agent(agent) is None:
            raise CommandInvalid(f"no agent {cut(agent)} in the plan in force")
        if name in self._home.state.token_names:
            raise CommandInvalid(f"there was a token called {cut(name)} already")
        if len(digest) != _DIGEST_LENGTH or digest in self._home.state.tokens:
            raise CommandInvalid("that is not the digest of a new token")
        at, by = self._home.now(), asked.command.person
        record = TokenRecord(at, agent, name, digest, by, asked.signature)
        self._append(Record(Kind.TOKEN, "agent", sha256_hex(agent.encode()), record))
        return {"agent": agent, "name": name}

    def _revoke(self, asked: Asked) -> Any:
        name = asked.text("name")
        if name not in {token.name for token in self._home.state.tokens.values()}:
            raise CommandInvalid(f"there is no token called {cut(name)}")
        at, by = self._home.now(), asked.command.person
        record = TokenRevokedRecord(at, name, by, asked.signature)
        self._append(Record(Kind.TOKEN_REVOKED, "token", sha256_hex(name.encode()), record))
        return {"revoked": name}

    def _tokens(self, _: Asked) -> Any:
        tokens = sorted(self._home.state.tokens.values(), key=lambda token: token.name)
        return [{"agent": token.agent, "name": token.name} for token in tokens]

    def _resolve(self, asked: Asked) -> Any:
        action = self._home.state.open.get(asked.text("actionId"))
        if action is None:
            raise CommandInvalid("no action with that id is unknown", "see `do resolve`")
        status = asked.text("status")
        by = ResolvedBy("person", asked.command.person, asked.signature)
        settling = settling_of(self._home, action, by)
        if status == "read":
            return settling.by_read()
        if status not in set(Status):
            raise CommandInvalid(f"an effect is succeeded or failed, not {cut(status)}")
        return settle(self._home, settling, None, Status(status))

    def _accept_clock(self, asked: Asked) -> Any:
        before = self._home.state.last_at or self._home.now()
        self._home.accept_clock()
        at = self._home.now()
        record = ClockAcceptedRecord(at, before, asked.command.person, asked.signature)
        self._append(Record(Kind.CLOCK_ACCEPTED, "clock", sha256_hex(b"clock"), record))
        return {"accepted": render_instant(at)}

    def _erase(self, asked: Asked) -> Any:
        why, payload = _why(asked)
        word = Word(asked.command.person, asked.signature, why, payload)
        return erasing_of(self._kernel, asked.command, asked.beside, word)

    def _rotate_key(self, asked: Asked) -> Any:
        proof = asked.beside.get("proof")
        return rotate_key(self._home, asked.command, asked.signature, _why(asked), proof)

    def _revoke_key(self, asked: Asked) -> Any:
        return revoke_key(self._home, asked.command, asked.signature, _why(asked))

    def _adopt(self, asked: Asked) -> Any:
        return adopt(self._home, asked.command, asked.signature, _why(asked))

    def _roll(self, asked: Asked) -> Any:
        new = asked.command.body.get("newLogKey") is True
        shard = self._home.roll(asked.command.person, asked.signature, new_log_key=new)
        return {"shard": shard, "origin": self._home.log.origin, "newLogKey": new}

    def _release(self, asked: Asked) -> Any:
        return release_plan(self._kernel, asked.command, asked.signature, asked.beside)


def _person_named(signature: Signature) -> str:
    """Return who a command says it is from; nothing is believed before its signature holds."""
    try:
        payload = base64.b64decode(signature.payload, validate=True)
        person = parse_json(payload)["person"]
    except (ValueError, TypeError, KeyError, RecordInvalid) as error:
        raise CommandInvalid("the command can not be read") from error
    return person if isinstance(person, str) else ""


def _reason(asked: Asked) -> tuple[str | None, Payload | None]:
    """Return the digest of the reviewer's reason and, apart, its text."""
    named, text, salt = asked.command.body.get("reason"), asked.beside.get("reason"), b""
    if named is None and not text:
        return None, None
    with suppress(ValueError):
        salt = bytes.fromhex(str(asked.beside.get("salt", "")))
    if not isinstance(text, str) or len(salt) != 16 or hidden_digest(salt, text) != named:
        raise CommandInvalid("the reason is not the one that was signed")
    return named, Payload({"reason": text, "salts": {"reason": salt.hex()}})


def _why(asked: Asked) -> tuple[str, Payload | None]:
    digest, payload = _reason(asked)
    return digest or "", payload


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


def _unknown_json(action: OpenAction) -> dict[str, Any]:
    return {
        "actionId": action.action_id,
        "agent": action.agent,
        "tool": f"{action.server}/{action.tool}",
        "writes": action.writes,
        "at": render_instant(action.at),
    }
