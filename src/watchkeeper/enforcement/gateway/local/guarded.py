"""One call of a guarded function: decided here, made there, and recorded here."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.door.guarding import may_be_cancelled, status_of_raised
from watchkeeper.enforcement.gateway.local.guarding import Guarding
from watchkeeper.enforcement.gateway.local.told import answer_of, call_of, kept, leave_of, number_of
from watchkeeper.enforcement.release import held_back, read_one, settled
from watchkeeper.errors import LogUnavailable, UpstreamFailed
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.durable import durable
from watchkeeper.loop.facts_of.persons import is_for
from watchkeeper.loop.steps import (
    Admitted,
    Allowed,
    Answer,
    FactQuery,
    Refused,
)
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.administration import StopScope
from watchkeeper.records.instant import Instant

_log = logging.getLogger("watchkeeper.guards")


class OutOfTurnError(Exception):
    """A guard said what it had no leave to say."""


class GuardedCall:
    """Takes one call from its arrival to its record; `hear` is what the guard says meanwhile.

    Leave is given by writing `allowed`, in the same step in which the stops are looked at last.
    Only then is there a word to wait for, and there is one: a guard that goes away before leaves
    the action unknown.
    """

    def __init__(self, guard: Guarding, number: int) -> None:
        self._guard, self._number = guard, number
        self._kernel = guard.kernel
        self._reads: dict[int, asyncio.Future[Any]] = {}
        self._read_numbers = itertools.count(1)
        self._allowed: Allowed | None = None
        self._word: asyncio.Future[dict[str, Any] | None] | None = None
        self._stopped = False
        self._lost = False

    async def run(self, asked: dict[str, Any]) -> None:
        """Decide, give leave, wait for the word on it, and record that."""
        try:
            answer = await self._decided(asked)
            if isinstance(answer, Allowed):
                with self._kernel.home.under_way.carrying(answer.request.action_id):
                    await self._released(answer)
            else:
                self._tell(answer_of(answer))
        except Exception:  # noqa: BLE001 - the guard is told, whatever happened; it is logged
            _log.exception("a guarded call failed")
            self.turn_away("the call failed")

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take in what the guard says.

        Raises:
            OutOfTurnError: nobody asked for it.
        """
        if "read" in message:
            read = self._reads.pop(number_of(message["read"]), None)
            if read is None:
                raise OutOfTurnError("a fact that nobody asked for")
            if not read.done():
                read.set_result(message)
        elif self._word is None or self._word.done():
            raise OutOfTurnError("a word on a call that there was no leave for")
        else:
            self._word.set_result(dict(message))

    def lost(self) -> None:
        """The guard is gone: what it was asked has no answer, what it was let do is unknown."""
        self._lost = True
        for read in self._reads.values():
            if not read.done():
                read.set_exception(UpstreamFailed("the guard went away"))
        if self._word is not None and not self._word.done():
            self._word.set_result(None)

    def stopped_by(self, scope: StopScope) -> None:
        """Tell the guard that a stop took hold of what it was let do."""
        allowed = self._allowed
        if allowed is None or self._stopped:
            return
        call, home = allowed.request.call, self._kernel.home
        system = home.enforcer.system_of(call.agent)
        if scope.holds(call.agent, system.id if system else "", allowed.request.action):
            self._stopped = True
            self._tell({"stop": {"cancel": may_be_cancelled(allowed)}})

    def turn_away(self, why: str) -> None:
        """Refuse the call without a decision: nobody can say that it was asked for."""
        reason = Reason.LOG_UNAVAILABLE.value
        self._tell({"refused": {"reason": reason, "sentence": why, "decision": ""}})

    async def _decided(self, asked: dict[str, Any]) -> Answer:
        admitted = self._admitted(asked)
        if not isinstance(admitted, Admitted):
            return await settled(self._kernel, admitted)
        agent, ask = self._guard.agent, self._ask_for
        reads = [await read_one(self._kernel, agent, query, ask) for query in admitted.reads]
        with self._its_own_functions():
            answer = self._kernel.decide(admitted, tuple(reads))
        return await settled(self._kernel, answer)

    @contextmanager
    def _its_own_functions(self) -> Iterator[None]:
        """Have the one step that decides look at what this guard has.

        Others may have another version of the same function; and what a tool server lists, no
        guard has a say in.
        """
        pins, server = self._kernel.home.pins, self._guard.server
        mine = self._guard.pins if self._is_guarded(server) else {}
        for tool, pin in mine.items():
            pins[server, tool] = pin
        try:
            yield
        finally:
            for tool in mine:
                pins.pop((server, tool), None)

    def _admitted(self, asked: dict[str, Any]) -> Admitted | Answer:
        agent, server = self._guard.agent, self._guard.server
        if not self._guard.knows_its_token:
            return Refused(Reason.UNKNOWN_AGENT, agent_sentence(Reason.UNKNOWN_AGENT), "")
        call = replace(call_of(agent, server, asked), token=self._guard.token)
        if not self._is_guarded(server):
            return self._wrong(call, "the tools of this server are no guarded functions", asked)
        if call.problem is not None or "handle" not in asked:
            return self._kernel.admit(call)
        pending = self._kernel.home.state.pending.by_handle(str(asked["handle"]))
        mine = pending is not None and pending.agent == agent
        mine = mine and pending is not None and is_for(self._kernel.home, call.token, pending)
        if pending is None or not mine or not pending.action.startswith(f"{server}/"):
            return self._wrong(call, "there is no such handle", asked)
        return self._kernel.come_back(agent, pending.handle, call.token)

    def _wrong(self, call: Call, problem: str, asked: dict[str, Any]) -> Admitted | Answer:
        raw = canonical_arguments({"tool": call.tool, "handle": str(asked.get("handle", ""))})
        return self._kernel.admit(replace(call, arguments=None, problem=problem, raw=raw))

    def _is_guarded(self, server: str) -> bool:
        servers = self._kernel.home.enforcer.bundle.servers
        return any(found.id == server and found.module is not None for found in servers)

    async def _released(self, allowed: Allowed) -> None:
        reason = self._kernel.may_release(allowed)
        if reason is None and self._lost:
            reason = Reason.COULD_NOT_EVALUATE
        if reason is None:
            self._word = asyncio.get_running_loop().create_future()
            self._allowed, started = allowed, self._kernel.home.now()
            if self._tell(leave_of(allowed)):
                word = await self._word
                if word is not None:
                    self._tell({"durable": await self._recorded(allowed, word, started)})
                return
            reason = Reason.COULD_NOT_EVALUATE
        # Nobody was told that it may be done: it certainly was not.
        self._tell(answer_of(await held_back(self._kernel, allowed, reason)))

    async def _recorded(self, allowed: Allowed, word: dict[str, Any], started: Instant) -> bool:
        """Record how a call ended; False where that is not on record."""
        try:
            if self._stopped and word.get("stopped") is True:
                ticket = self._kernel.not_released(allowed, Reason.STOPPED)
            elif "returned" in word:
                result = kept(word["returned"])
                ticket = self._kernel.finish(allowed, Status.SUCCEEDED, started, result)
            else:
                status = status_of_raised(allowed, cancelled=word.get("cancelled") is True)
                if status is None:
                    return False
                ticket = self._kernel.finish(allowed, status, started, {"raised": True})
            await durable(ticket)
        except LogUnavailable:
            return False
        return True

    async def _ask_for(self, query: FactQuery) -> Any:
        """Ask the guard for a fact; returns what it found.

        Raises:
            UpstreamFailed: it found nothing, has another function than was released, or is gone.
        """
        tool = query.source.tool
        entry = self._kernel.home.enforcer.tool(self._guard.server, tool)
        if entry is None or self._guard.pins.get(tool) != entry.tool.pin:
            raise UpstreamFailed("the function that reads it is not the one that was released")
        number = next(self._read_numbers)
        read = self._reads[number] = asyncio.get_running_loop().create_future()
        seconds = query.source.timeout_millis / 1000
        need = {"read": number, "tool": tool, "arguments": query.arguments, "seconds": seconds}
        if not self._tell({"need": need}):
            raise UpstreamFailed("the guard went away")
        said = await read
        if "content" not in said:
            raise UpstreamFailed(f"the guard found nothing: {str(said.get('failed'))[:200]}")
        return said["content"]

    def _tell(self, message: Mapping[str, Any]) -> bool:
        return not self._lost and self._guard.tell({"call": self._number, **message})
