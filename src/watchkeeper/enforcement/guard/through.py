"""Guarded calls through the gateway that runs: it decides and records, the function is called here.

This process opens no home and has no key, only the agent's token. Where the gateway goes away
after it gave leave, what was called is unknown there, and is settled like any other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.enforcement.door.guarding import kept_result
from watchkeeper.enforcement.door.lines import MAX_RESULT
from watchkeeper.enforcement.guard.connection import Connection, Talk
from watchkeeper.enforcement.guard.desk import (
    Found,
    Functions,
    Leave,
    Need,
    Query,
    Step,
    Told,
    unknown,
)
from watchkeeper.errors import RecordInvalid, SettingsInvalid, UpstreamFailed, cut
from watchkeeper.ledger.canonical import canonical_arguments, check_arguments, sha256_hex
from watchkeeper.loop.steps import Escalated, Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.instant import Instant

_AWAY = "The gateway that decides is not there; the action was not carried out."


@dataclass(frozen=True, slots=True)
class Who:
    """Whose calls: the agent with its token, and the server whose functions are guarded."""

    token: str
    agent: str
    server: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call for which a fact is needed, and the fact's number."""

    talk: Talk
    number: int


class ThroughGateway:
    """A desk that is the gateway of a home."""

    def __init__(self, path: Path, who: Who, functions: Functions) -> None:
        self._path, self._who, self._functions = path, who, functions
        self._lock = threading.Lock()
        self._pins: dict[str, str] = {}
        self._connection = self._connected()

    def ask(self, tool: str, arguments: Mapping[str, Any], key: str | None) -> Step:
        """Ask for one call."""
        said: dict[str, Any] = {"tool": tool, **({} if key is None else {"key": key})}
        try:
            said["arguments"] = orjson.Fragment(check_arguments(dict(arguments)))
        except RecordInvalid as error:
            # It is refused, and on record, whatever keeps it from being told.
            said["problem"] = error.message
        return self._begin(said)

    def take_up(self, handle: str) -> Step:
        """Ask for an action that was approved."""
        return self._begin({"handle": handle})

    def read(self, need: Need, found: tuple[Found, ...]) -> Step:
        """Tell what was found."""
        asked: _Asked = need.held
        try:
            asked.talk.say({"read": asked.number, **_told_of(found[0])})
        except UpstreamFailed:
            asked.talk.end()
            return _away()
        return self._next(asked.talk)

    def returned(self, leave: Leave, result: Any) -> None:
        """Tell that the function returned; returns once that is durable."""
        if not self._end(leave, {"returned": _shortened(kept_result(result))}):
            raise unknown(leave)

    def raised(self, leave: Leave, *, cancelled: bool = False) -> bool:
        """Tell that the function raised; the gateway knows what follows from it."""
        return self._end(leave, {"raised": True, "cancelled": cancelled})

    def watch(self, leave: Leave, stop: Callable[[bool], None]) -> None:
        """Have `stop` called once the gateway tells of a stop."""
        leave.held.when_stopped(stop)

    def stopped(self, leave: Leave) -> bool:
        """Tell whether a stop came after leave was given; the gateway is told that it held."""
        if leave.held.stopped is None:
            return False
        self._end(leave, {"stopped": True})
        return True

    def close(self) -> None:
        """Let go of the gateway."""
        self._connection.close()

    def _connected(self) -> Connection:
        self._pins = self._pins_now()
        who = self._who
        hello = {"token": who.token, "server": who.server, "pins": self._pins}
        connection = Connection(self._path, hello)
        agent = connection.told.get("agent")
        if agent != who.agent:
            connection.close()
            raise SettingsInvalid(f"the token is one of {cut(agent)}, not of {cut(who.agent)}")
        return connection

    def _pins_now(self) -> dict[str, str]:
        return {function.name: function.pin for function in list(self._functions.values())}

    def _begin(self, said: Mapping[str, Any]) -> Step:
        try:
            talk = self._line().begin(said)
        except UpstreamFailed:
            return _away()
        return self._next(talk)

    def _line(self) -> Connection:
        """Return the connection, a new one where it was lost, and tell of new functions."""
        with self._lock:
            if not self._connection.usable:
                self._connection = self._connected()
            pins = self._pins_now()
            if pins != self._pins:
                self._connection.send({"pins": pins})
                self._pins = pins
            return self._connection

    def _next(self, talk: Talk) -> Step:
        try:
            said = talk.next()
        except UpstreamFailed:
            talk.end()
            return _away()
        if "need" in said:
            need = said["need"]
            query = Query(need["tool"], need["arguments"], need["seconds"])
            return Need((query,), _Asked(talk, need["read"]))
        if "allowed" in said:
            leave = said["allowed"]
            return Leave(leave["tool"], leave["arguments"], leave["action"], talk)
        talk.end()
        return _told(said)

    def _end(self, leave: Leave, said: Mapping[str, Any]) -> bool:
        """Say how a call ended; False if that is not on record."""
        talk: Talk = leave.held
        try:
            talk.say(said)
            return bool(talk.next().get("durable"))
        except UpstreamFailed:
            return False
        finally:
            talk.end()


def _told_of(found: Found) -> dict[str, Any]:
    if found.failed is None:
        try:
            return {"content": orjson.Fragment(canonical_arguments(found.content))}
        except RecordInvalid as error:
            return {"failed": error.message}
    return {"failed": found.failed}


def _shortened(kept: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a result: of a large one the digest alone."""
    if "value" not in kept:
        return kept
    form = canonical_arguments(kept["value"])
    if len(form) > MAX_RESULT:
        return {"sha256": sha256_hex(form)}
    return {"value": orjson.Fragment(form)}


def _told(said: Mapping[str, Any]) -> Told:
    """Read what lets nothing be called."""
    if "escalated" in said:
        waits = said["escalated"]
        expires = Instant(waits["expires"])
        return Escalated(waits["handle"], waits["sentence"], waits["decision"], expires)
    if "stored" in said:
        stored = said["stored"]
        status, erased = Status(stored["status"]), bool(stored["erased"])
        return Stored(status, stored["result"], stored["decision"], erased)
    refused = said.get("refused")
    if refused is None:
        return _away()
    return Refused(Reason(refused["reason"]), refused["sentence"], refused["decision"])


def _away() -> Refused:
    reason = Reason.LOG_UNAVAILABLE
    return Refused(reason, f"{_AWAY} {agent_sentence(reason)}", "")
