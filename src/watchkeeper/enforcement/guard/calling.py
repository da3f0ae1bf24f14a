"""One guarded call after another: asked for, decided, made, and recorded. Sync and async."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable
from typing import Any

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.enforcement.guard.desk import (
    Desk,
    Found,
    Functions,
    Leave,
    Need,
    Query,
    Step,
    Told,
)
from watchkeeper.errors import ActionBlocked, ActionEscalated
from watchkeeper.loop.steps import Escalated, Refused
from watchkeeper.records.action import Reason

_NO_FUNCTION = "no such function is guarded here"


class Caller:
    """Makes the calls of guarded functions that a desk gives leave for."""

    def __init__(self, desk: Desk, functions: Functions) -> None:
        self.desk, self._functions = desk, functions

    def call(self, ask: Callable[[Desk], Step]) -> Any:
        """Ask, and make the call; blocks until its record is durable."""
        step = ask(self.desk)
        while isinstance(step, Need):
            step = self.desk.read(step, tuple(self._find(query) for query in step.queries))
        if not isinstance(step, Leave):
            return _told(step)
        if self.desk.stopped(step):
            raise _blocked(step, Reason.STOPPED)
        try:
            result = self._functions[step.tool].call(step.arguments)
        except BaseException as error:
            self.desk.raised(step, cancelled=not isinstance(error, Exception))
            raise
        self.desk.returned(step, result)
        return result

    async def acall(self, ask: Callable[[Desk], Step]) -> Any:
        """Do the same for an async function; others go on meanwhile."""
        step = await asyncio.to_thread(ask, self.desk)
        while isinstance(step, Need):
            found = tuple([await self._afind(query) for query in step.queries])
            step = await asyncio.to_thread(self.desk.read, step, found)
        if not isinstance(step, Leave):
            return _told(step)
        if await asyncio.to_thread(self.desk.stopped, step):
            raise _blocked(step, Reason.STOPPED)
        result = await self._made(step)
        await asyncio.to_thread(self.desk.returned, step, result)
        return result

    async def _made(self, leave: Leave) -> Any:
        """Call the function; a stop may break it off."""
        breaking = _Breaking()
        self.desk.watch(leave, breaking.stop)
        try:
            with breaking:
                return await _awaited(self._functions[leave.tool].call(leave.arguments))
        except BaseException as error:
            cancelled = not isinstance(error, Exception)
            harmless = await asyncio.to_thread(self.desk.raised, leave, cancelled=cancelled)
            if cancelled and breaking.broken:
                reason = Reason.STOPPED if harmless else Reason.EFFECT_UNKNOWN
                raise _blocked(leave, reason) from None
            raise

    def _find(self, query: Query) -> Found:
        function = self._functions.get(query.tool)
        if query.failed is not None or function is None:
            return Found(failed=query.failed or _NO_FUNCTION)
        try:
            return Found(function.call(query.arguments))
        except Exception as error:  # noqa: BLE001 - whatever it raises, there is no fact
            return Found(failed=f"it raised {type(error).__name__}")

    async def _afind(self, query: Query) -> Found:
        function = self._functions.get(query.tool)
        if query.failed is not None or function is None:
            return Found(failed=query.failed or _NO_FUNCTION)
        try:
            async with asyncio.timeout(query.seconds):
                return Found(await _awaited(function.call(query.arguments)))
        except Exception as error:  # noqa: BLE001 - whatever it raises, there is no fact
            return Found(failed=f"it raised {type(error).__name__}")


class _Breaking:
    """Lets a stop cancel the function that runs inside, and nothing after it."""

    def __init__(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._runs = False
        self.broken = False

    def stop(self, may: bool) -> None:  # noqa: FBT001 - what a stop says
        """A stop took hold of the call; called in any thread."""
        if may:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and the call with it
                self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._runs and self._task is not None:
            self.broken = True
            self._task.cancel()

    def __enter__(self) -> None:
        self._runs = True

    def __exit__(self, *_: object) -> None:
        self._runs = False
        if self.broken and self._task is not None:
            self._task.uncancel()


async def _awaited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


def _told(answer: Told) -> Any:
    """Return the stored result of the same action, or raise what stands against a new one."""
    if isinstance(answer, Escalated):
        raise ActionEscalated(
            answer.sentence,
            reason=Reason.REVIEW_REQUIRED.value,
            decision_id=answer.decision_id,
            handle=answer.handle,
        )
    if isinstance(answer, Refused):
        raise ActionBlocked(
            answer.sentence, reason=answer.reason.value, decision_id=answer.decision_id
        )
    if isinstance(answer.result, dict) and "value" in answer.result:
        return answer.result["value"]
    reason = Reason.EFFECT_UNKNOWN.value
    raise ActionBlocked(answer.sentence, reason=reason, decision_id=answer.decision_id)


def _blocked(leave: Leave, reason: Reason) -> ActionBlocked:
    sentence = agent_sentence(reason)
    return ActionBlocked(sentence, reason=reason.value, decision_id=leave.action_id)
