"""One home inside the agent's own process: calls are decided, recorded, made, recorded."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from watchkeeper import wiring
from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.guard.functions import GuardedFunction
from watchkeeper.enforcement.release import declared_values, unrecorded
from watchkeeper.errors import (
    ActionBlocked,
    ActionEscalated,
    ActionRefused,
    HomeLocked,
    LogUnavailable,
    RecordInvalid,
)
from watchkeeper.ledger.canonical import canonical_arguments, parse_json
from watchkeeper.loop.cover import cover_of, overtaken
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Escalated, FactQuery, Refused, Stored
from watchkeeper.records.action import Boundary, Point, Reason, Status
from watchkeeper.records.instant import Instant

_POINT = Point("guard", Boundary.IN_PROCESS)
_TURN_MICROS = 1_000_000


class GuardedHome:
    """The kernel for guarded functions. Steps of it never run at the same time (a lock)."""

    def __init__(self, path: Path, server: str, functions: Mapping[str, GuardedFunction]) -> None:
        try:
            self._log = wiring.open_log(path, witnessing=True)
        except HomeLocked as error:
            advice = "a guard needs a home of its own; a gateway's home is the gateway's"
            raise HomeLocked(error.message, advice) from None
        try:
            self._home = Home(self._log, wiring.clock(), wiring.ids())
            _ = self._home.enforcer
            self._home.check_undoubted()
        except BaseException:
            self._log.close()
            raise
        self._kernel = Kernel(self._home, _POINT)
        self._server, self._functions = server, functions
        self._lock = threading.RLock()
        self._turned = self._home.clock.monotonic()

    def call(
        self,
        agent: str,
        guarded: GuardedFunction,
        arguments: Mapping[str, Any],
        key: str | None,
    ) -> Any:
        """Decide on one call and make it."""
        return self._go_on(self._admit(agent, guarded.name, arguments, key))

    async def acall(
        self,
        agent: str,
        guarded: GuardedFunction,
        arguments: Mapping[str, Any],
        key: str | None,
    ) -> Any:
        """Decide on one call of an async function and make it."""
        return await self._ago_on(self._admit(agent, guarded.name, arguments, key))

    def come_back(self, agent: str, handle: str) -> Any:
        """Carry out an approved action."""
        return self._go_on(self._come_back(agent, handle))

    async def acome_back(self, agent: str, handle: str) -> Any:
        """Carry out an approved action of an async function."""
        return await self._ago_on(self._come_back(agent, handle))

    def close(self) -> None:
        """Write what waits and let go of the home."""
        self._log.close()

    def _admit(
        self, agent: str, tool: str, arguments: Mapping[str, Any], key: str | None
    ) -> Admitted | Answer:
        self._turn()
        call = Call(agent, "tools/call", self._server, tool, dict(arguments), key=key)
        with self._lock:
            return self._kernel.admit(call)

    def _come_back(self, agent: str, handle: str) -> Admitted | Answer:
        self._turn()
        with self._lock:
            return self._kernel.come_back(agent, handle)

    def _turn(self) -> None:
        with self._lock:
            for guarded in self._functions.values():
                self._home.pins[self._server, guarded.name] = guarded.pin
            now = self._home.clock.monotonic()
            if now - self._turned >= _TURN_MICROS or self._home.failure() is not None:
                self._turned = now
                self._kernel.tick()

    def _go_on(self, admitted: Admitted | Answer) -> Any:
        answer = admitted
        if isinstance(admitted, Admitted):
            reads = tuple(self._read(admitted, query) for query in admitted.reads)
            answer = self._decide(admitted, reads)
        allowed = self._settled(answer)
        if not isinstance(allowed, Allowed):
            return _told(allowed)
        started, guarded, arguments = self._begin(allowed)
        try:
            result = guarded.call(arguments)
        except Exception:
            self._failed(allowed, started)
            raise
        return self._succeeded(allowed, started, result)

    async def _ago_on(self, admitted: Admitted | Answer) -> Any:
        answer = admitted
        if isinstance(admitted, Admitted):
            reads = [await self._aread(admitted, query) for query in admitted.reads]
            answer = self._decide(admitted, tuple(reads))
        allowed = await asyncio.to_thread(self._settled, answer)
        if not isinstance(allowed, Allowed):
            return _told(allowed)
        started, guarded, arguments = self._begin(allowed)
        try:
            result = await _awaited(guarded.call(arguments))
        except Exception:
            await asyncio.to_thread(self._failed, allowed, started)
            raise
        return await asyncio.to_thread(self._succeeded, allowed, started, result)

    def _decide(self, admitted: Admitted, reads: tuple[FactRead, ...]) -> Answer:
        with self._lock:
            return self._kernel.decide(admitted, reads)

    def _settled(self, answer: Admitted | Answer) -> Answer:
        """Wait until the answer's record is durable, and look at the stops once more."""
        if isinstance(answer, Admitted):
            raise TypeError("an admitted call is decided before it is settled")
        ticket = None if isinstance(answer, Stored) else answer.ticket
        try:
            if ticket is not None:
                ticket.wait()
            if not isinstance(answer, Allowed):
                return answer
            uncovered = self._uncovered(answer)
            with self._lock:
                reason = uncovered or self._kernel.may_release(answer)
                if reason is None:
                    return answer
                held_back = self._kernel.not_released(answer, reason)
            held_back.wait()
        except LogUnavailable:
            return unrecorded(answer)
        return Refused(reason, agent_sentence(reason), _id(answer))

    def _uncovered(self, allowed: Allowed) -> Reason | None:
        """Wait for the level that the tool asks for, a bounded time; None once it is reached."""
        with self._lock:
            cover = cover_of(self._home, allowed)
        if cover is None:
            return None
        told: SimpleQueue[bool] = SimpleQueue()
        forget = self._log.when_covered(
            allowed.ticket.ref, cover.level, lambda error: told.put(error is None)
        )
        try:
            reached = told.get(timeout=cover.seconds)
        except Empty:
            reached = False
        finally:
            forget()
        with self._lock:
            return overtaken(self._home, cover) if reached else cover.reason

    def _begin(self, allowed: Allowed) -> tuple[Instant, GuardedFunction, dict[str, Any]]:
        """Return what to call: the arguments are read back from what was decided and recorded."""
        with self._lock:
            started = self._home.now()
        arguments = parse_json(allowed.sent, max_bytes=len(allowed.sent) + 1, max_depth=64)
        return started, self._functions[allowed.request.call.tool], arguments

    def _succeeded(self, allowed: Allowed, started: Instant, result: Any) -> Any:
        try:
            canonical_arguments(result)
            kept = {"value": result}
        except RecordInvalid:
            kept = {"type": type(result).__qualname__}
        try:
            with self._lock:
                ticket = self._kernel.finish(allowed, Status.SUCCEEDED, started, kept)
            ticket.wait()
        except LogUnavailable:
            raise _unknown(allowed) from None
        return result

    def _failed(self, allowed: Allowed, started: Instant) -> None:
        """A function that raised may have done its work: only what declares otherwise failed."""
        entry = allowed.decided.entry
        if entry is not None and entry.tool.writes and not entry.tool.error_means_no_effect:
            return
        try:
            with self._lock:
                ticket = self._kernel.finish(allowed, Status.FAILED, started, {"raised": True})
            ticket.wait()
        except LogUnavailable:
            return

    def _read(self, admitted: Admitted, query: FactQuery) -> FactRead:
        failed, content = self._may_read(admitted, query), None
        if failed is None:
            try:
                content = self._functions[query.source.tool].call(query.arguments)
            except Exception as error:  # noqa: BLE001 - whatever it raises, there is no fact
                failed = f"it raised {type(error).__name__}"
        return self._fact(query, content, failed)

    async def _aread(self, admitted: Admitted, query: FactQuery) -> FactRead:
        failed, content = self._may_read(admitted, query), None
        if failed is None:
            try:
                async with asyncio.timeout(query.source.timeout_millis / 1000):
                    call = self._functions[query.source.tool].call
                    content = await _awaited(call(query.arguments))
            except Exception as error:  # noqa: BLE001 - whatever it raises, there is no fact
                failed = f"it raised {type(error).__name__}"
        return self._fact(query, content, failed)

    def _may_read(self, admitted: Admitted, query: FactQuery) -> str | None:
        with self._lock:
            if not self._kernel.take_read(admitted.request.call.agent):
                return "the agent caused too many reads in this minute"
        if query.source.tool not in self._functions:
            return "no such function is guarded here"
        return None

    def _fact(self, query: FactQuery, content: Any, failed: str | None) -> FactRead:
        values: Mapping[str, Any] = {}
        if failed is None:
            try:
                values = declared_values(query.source.fields, content)
            except RecordInvalid as error:
                failed = error.message
        with self._lock:
            return FactRead(query.source.name, self._home.now(), values, failed)


async def _awaited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


def _told(answer: Answer) -> Any:
    """Return the stored result of the same action, or raise what stands against a new one."""
    if isinstance(answer, Escalated):
        raise ActionEscalated(
            answer.sentence,
            reason=Reason.REVIEW_REQUIRED.value,
            decision_id=answer.decision_id,
            handle=answer.handle,
        )
    if isinstance(answer, Stored):
        if isinstance(answer.result, dict) and "value" in answer.result:
            return answer.result["value"]
        reason = Reason.EFFECT_UNKNOWN.value
        raise ActionBlocked(answer.sentence, reason=reason, decision_id=answer.decision_id)
    if isinstance(answer, Refused):
        raise ActionBlocked(
            answer.sentence, reason=answer.reason.value, decision_id=answer.decision_id
        )
    raise TypeError("an allowed action is released, not told")


def _unknown(allowed: Allowed) -> ActionRefused:
    sentence = "It is not known whether the action was recorded; do not repeat it."
    return ActionRefused(
        sentence, reason=Reason.EFFECT_UNKNOWN.value, decision_id=allowed.request.action_id
    )


def _id(answer: Allowed) -> str:
    return answer.request.action_id
