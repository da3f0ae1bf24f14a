"""Six actions of an agent, and what people do beside them; all over the wire.

A refund; the same again under its key; one that is forbidden; one that a person must approve, and
does; one while everything is stopped; one after that. An agent that is told that the log is not
available, or is told nothing, asks again with the same key, as agents do.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clerk.clerk import Address, Clerk, Unreachable, connected
from clerk.outcome import Became, Outcome

from faults.calls.gateway import Gateway
from faults.calls.house import House, signed
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.codec import to_json

ORIGIN = "faults.example/desk/0"
ORDER = "ORD-10003"
_ANSWER_SECONDS = 8.0
_HEAL_SECONDS = 8.0
_TRIES = 3
_AMOUNTS = {"a": 40.0, "b": 5000.0, "c": 300.0, "d": 20.0, "e": 30.0, "z": 10.0}
_BINDING = ("request", "tool", "pin", "agent", "plan")


class Dead(Exception):
    """The gateway's process is gone."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer that the agent got: for which refund, and what it said."""

    request: str
    outcome: Outcome


@dataclass(slots=True)
class Story:
    """One telling; `begin` begins every request id, `heal` makes a full disk whole again.

    `told` is what the agent was told, `asked` what people asked for and `done` what they were told
    is done, `kept` the published
    checkpoints that somebody saw.
    """

    house: House
    home: Path
    begin: str
    gateway: Gateway
    url: str
    heal: Callable[[], None]
    told: list[Told] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    kept: set[bytes] = field(default_factory=set)

    async def tell(self) -> None:
        """Go through all of it, as far as the gateway lives."""
        try:
            async with self.agent() as clerk:
                await self._tell(clerk)
        except* (Dead, Unreachable):
            pass

    async def again(self) -> None:
        """Ask for everything once more, under the same keys; and for one thing more."""
        async with self.agent() as clerk:
            if health(self.url).get("ok") and self._stopped():
                self._ordered("resume")
            for name in ("a", "b", "d", "e", "z"):
                await self._ask(self._refunding(clerk, name), name)
            await self._reviewed(clerk)

    def agent(self) -> Any:
        """Connect the agent: a real MCP client."""
        address = Address(f"{self.url}/mcp/desk", self.house.token, "auto", _ANSWER_SECONDS)
        return connected(address)

    def command(self, person: str, verb: str, body: dict[str, Any], **beside: str) -> Any:
        """Give one signed command over the local socket; None if there was no good answer."""
        signature = signed(self.house.signer(person), person, ORIGIN, verb, body)
        message = json.dumps({"signature": to_json(signature), "beside": beside}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(_ANSWER_SECONDS)
                line.connect(str(self.home / "gateway.sock"))
                line.sendall(message)
                with line.makefile("rb") as answers:
                    answer = json.loads(answers.readline() or b"{}")
        except (OSError, ValueError):
            return None
        return answer.get("result")

    def keep(self) -> None:
        """Keep the checkpoint that is published now, as a witness or an auditor does."""
        try:
            raw = (self.home / "log" / "checkpoint").read_bytes()
        except OSError:
            return
        self.kept.add(raw)

    async def _tell(self, clerk: Clerk) -> None:
        await self._ask(self._refunding(clerk, "a"), "a")
        await self._ask(self._refunding(clerk, "a"), "a")
        await self._ask(self._refunding(clerk, "b"), "b")
        await self._reviewed(clerk)
        self._ordered("stop")
        await self._ask(self._refunding(clerk, "d"), "d")
        self._ordered("resume")
        await self._ask(self._refunding(clerk, "e"), "e")

    async def _reviewed(self, clerk: Clerk) -> None:
        asked = await self._ask(self._refunding(clerk, "c"), "c")
        handle = asked.handle
        if asked.became is not Became.ESCALATED or handle is None:
            return
        self._tried(lambda: self._approve(handle))
        await self._ask(lambda: clerk.ask_result(handle), "c")

    def _refunding(self, clerk: Clerk, name: str) -> Callable[[], Awaitable[Outcome]]:
        return lambda: clerk.call(
            "refund", order_id=ORDER, amount=_AMOUNTS[name], currency="EUR", reason="goodwill",
            request_id=f"{self.begin}{name}",
        )  # fmt: skip

    async def _ask(self, call: Callable[[], Awaitable[Outcome]], name: str) -> Outcome:
        for _ in range(_TRIES):
            self.keep()
            outcome = await call()
            self.told.append(Told(f"{self.begin}{name}", outcome))
            if outcome.became in {Became.OK, Became.ESCALATED} or (
                outcome.became is Became.BLOCKED and outcome.reason != "log-unavailable"
            ):
                break
            self._well_again()
        return outcome

    def _stopped(self) -> bool:
        """Tell whether people were told of a stop, or gave one, that nobody took back."""
        return self.asked.count("stop") > self.done.count("resume")

    def _approve(self, handle: str) -> bool:
        listed = self.command("ben", "pending", {}) or []
        item = next((one for one in listed if one["handle"] == handle), None)
        if item is None or item["state"] != "pending":
            return item is not None
        shown = item["shown"]
        if shown is None:  # it could not be read back; nobody approves what is not shown
            return False
        body = {name: shown[name] for name in _BINDING} | {
            "handle": handle, "shown": item["shownDigest"], "expires": item["expires"],
            "role": "refund-lead", "reason": None, "millis": 10,
        }  # fmt: skip
        return self._noted("approve", self.command("ben", "approve", body))

    def _ordered(self, verb: str) -> None:
        self.asked.append(verb)
        salt = bytes(16)
        body = {"scopeKind": "all", "scopeName": "", "reason": hidden_digest(salt, verb)}
        beside = {"reason": verb, "salt": salt.hex()}
        self._tried(lambda: self._noted(verb, self.command("ana", verb, body, **beside)))

    def _noted(self, verb: str, answer: Any) -> bool:
        if answer is not None:
            self.done.append(verb)
        return answer is not None

    def _tried(self, act: Callable[[], bool]) -> None:
        for _ in range(_TRIES):
            if act():
                return
            self._well_again()

    def _well_again(self) -> None:
        """Wait until the gateway says that it is well, or is gone.

        Raises:
            Dead: it is gone.
        """
        self.heal()
        until = time.monotonic() + _HEAL_SECONDS
        while time.monotonic() < until:
            if not self.gateway.alive():
                raise Dead
            if health(self.url).get("ok"):
                return
            time.sleep(0.05)


def health(url: str) -> dict[str, Any]:
    """Return what the gateway says of itself; empty if it says nothing."""
    host = url.removeprefix("http://")
    with _line(host) as line:
        try:
            line.request("GET", "/healthz")
            found: dict[str, Any] = json.loads(line.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return {}
    return found


@contextmanager
def _line(host: str) -> Iterator[http.client.HTTPConnection]:
    line = http.client.HTTPConnection(host, timeout=5)
    try:
        yield line
    finally:
        line.close()
