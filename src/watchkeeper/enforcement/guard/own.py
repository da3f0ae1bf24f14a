"""A home inside the agent's own process: what guarded functions do is decided and recorded here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from watchkeeper import wiring
from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.door.guarding import POINT, kept_result, status_of_raised
from watchkeeper.enforcement.guard.desk import Found, Functions, Leave, Need, Query, Step, unknown
from watchkeeper.enforcement.release import declared_values, unrecorded
from watchkeeper.errors import HomeLocked, LogUnavailable, RecordInvalid
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.loop.cover import cover_of
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Allowed, Answer, FactQuery, Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.instant import Instant

_TURN_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Begun:
    """A call that may be made, and when it began."""

    allowed: Allowed
    started: Instant


class OwnHome:
    """The kernel for guarded functions. Steps of it never run at the same time (a lock)."""

    def __init__(self, path: Path, agent: str, server: str, functions: Functions) -> None:
        try:
            self._log = wiring.open_log(path, witnessing=True)
        except HomeLocked as error:
            advice = "a guard without a token needs a home of its own; with one it uses a gateway's"
            raise HomeLocked(error.message, advice) from None
        try:
            self._home = Home(self._log, wiring.clock(), wiring.ids())
            _ = self._home.enforcer
            self._home.check_undoubted()
            wiring.check_taken_over(self._home, path)
        except BaseException:
            self._log.close()
            raise
        self._kernel = Kernel(self._home, POINT)
        self._agent, self._server, self._functions = agent, server, functions
        self._lock = threading.RLock()
        self._turned = self._home.clock.monotonic()

    def ask(self, tool: str, arguments: Mapping[str, Any], key: str | None) -> Step:
        """Ask for one call."""
        call = Call(self._agent, "tools/call", self._server, tool, dict(arguments), key=key)
        with self._lock:
            self._turn()
            admitted = self._kernel.admit(call)
        return self._step(admitted)

    def take_up(self, handle: str) -> Step:
        """Ask for an action that was approved."""
        with self._lock:
            self._turn()
            admitted = self._kernel.come_back(self._agent, handle)
        return self._step(admitted)

    def read(self, need: Need, found: tuple[Found, ...]) -> Step:
        """Go on with what was found."""
        admitted: Admitted = need.held
        with self._lock:
            reads = [self._fact(q, one) for q, one in zip(admitted.reads, found, strict=True)]
            answer = self._kernel.decide(admitted, tuple(reads))
        return self._settled(answer)

    def returned(self, leave: Leave, result: Any) -> None:
        """Record that the function returned."""
        if not self._finish(leave.held, Status.SUCCEEDED, kept_result(result)):
            raise unknown(leave)

    def raised(self, leave: Leave, *, cancelled: bool = False) -> bool:
        """A function that raised may have done its work: only what declares otherwise failed."""
        status = status_of_raised(leave.held.allowed, cancelled=cancelled)
        return status is not None and self._finish(leave.held, status, {"raised": True})

    def watch(self, leave: Leave, stop: Callable[[bool], None]) -> None:
        """No stop reaches a home that only this process has open."""

    def stopped(self, leave: Leave) -> bool:
        """No stop comes between leave and call: only this process writes the home."""
        del leave
        return False

    def close(self) -> None:
        """Write what waits and let go of the home."""
        self._log.close()

    def _turn(self) -> None:
        for guarded in self._functions.values():
            self._home.pins[self._server, guarded.name] = guarded.pin
        now = self._home.clock.monotonic()
        if now - self._turned >= _TURN_MICROS or self._home.failure() is not None:
            self._turned = now
            self._kernel.tick()

    def _step(self, admitted: Admitted | Answer) -> Step:
        if not isinstance(admitted, Admitted):
            return self._settled(admitted)
        need = Need(tuple(self._query(query) for query in admitted.reads), admitted)
        return need if need.queries else self.read(need, ())

    def _query(self, query: FactQuery) -> Query:
        with self._lock:
            may = self._kernel.take_read(self._agent)
            entry = self._home.enforcer.tool(self._server, query.source.tool)
        guarded = self._functions.get(query.source.tool)
        failed = None
        if not may:
            failed = "the agent caused too many reads in this minute"
        elif guarded is not None and (entry is None or entry.tool.pin != guarded.pin):
            failed = "the function that reads it is not the one that was released"
        seconds = query.source.timeout_millis / 1000
        return Query(query.source.tool, query.arguments, seconds, failed)

    def _fact(self, query: FactQuery, found: Found) -> FactRead:
        failed, values = found.failed, dict[str, Any]()
        if failed is None:
            try:
                values = declared_values(query.source.fields, found.content)
            except RecordInvalid as error:
                failed = error.message
        return FactRead(query.source.name, self._home.now(), values, failed)

    def _settled(self, answer: Answer) -> Step:
        """Wait until the answer's record is durable, and look at the stops once more."""
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
                    return self._leave(answer)
                held_back = self._kernel.not_released(answer, reason)
            held_back.wait()
        except LogUnavailable:
            return unrecorded(answer)
        return Refused(reason, agent_sentence(reason), answer.request.action_id)

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
        return None if reached else cover.reason

    def _leave(self, allowed: Allowed) -> Leave:
        """Return what to call: the arguments are read back from what was decided and recorded."""
        arguments = parse_json(allowed.sent, max_bytes=len(allowed.sent) + 1, max_depth=64)
        begun = _Begun(allowed, self._home.now())
        return Leave(allowed.request.call.tool, arguments, allowed.request.action_id, begun)

    def _finish(self, begun: _Begun, status: Status, result: Any) -> bool:
        try:
            with self._lock:
                ticket = self._kernel.finish(begun.allowed, status, begun.started, result)
            ticket.wait()
        except LogUnavailable:
            return False
        return True
