"""A guarded call step by step: what a desk says is what happens, and what happened it is told."""

# ruff: noqa: ARG002 - a desk is told more than this one looks at

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from watchkeeper.enforcement.guard.calling import Caller
from watchkeeper.enforcement.guard.desk import Desk, Found, Leave, Need, Query, Step
from watchkeeper.enforcement.guard.functions import guarded_function
from watchkeeper.errors import ActionBlocked

LEAVE = Leave("act", {"n": 1}, "action-1", None)


class Told:
    """A desk that does as it is told, and writes down what it hears."""

    def __init__(self, *steps: Step, stopped: bool = False, harmless: bool = True) -> None:
        self.steps, self.heard = list(steps), list[Any]()
        self._stopped, self._harmless = stopped, harmless
        self.stop: Callable[[bool], None] | None = None

    def ask(self, tool: str, arguments: Mapping[str, Any], key: str | None) -> Step:
        return self.steps.pop(0)

    def take_up(self, handle: str) -> Step:
        return self.steps.pop(0)

    def read(self, need: Need, found: tuple[Found, ...]) -> Step:
        self.heard.append(found)
        return self.steps.pop(0)

    def returned(self, leave: Leave, result: Any) -> None:
        self.heard.append(("returned", result))

    def raised(self, leave: Leave, *, cancelled: bool = False) -> bool:
        self.heard.append("cancelled" if cancelled else "raised")
        return self._harmless

    def watch(self, leave: Leave, stop: Callable[[bool], None]) -> None:
        self.stop = stop

    def stopped(self, leave: Leave) -> bool:
        return self._stopped

    def close(self) -> None:
        """Nothing to let go of."""


def _caller(desk: Told, function: Callable[..., Any], **more: Callable[..., Any]) -> Caller:
    named = {"act": function, **more}
    return Caller(desk, {name: guarded_function(f, name) for name, f in named.items()})


def _ask(desk: Desk) -> Step:
    return desk.take_up("h")


def test_a_stop_that_comes_before_the_call_begins_holds_it() -> None:
    called: list[int] = []

    def act(n: int) -> None:
        called.append(n)

    desk = Told(LEAVE, stopped=True)
    with pytest.raises(ActionBlocked) as refused:
        _caller(desk, act).call(_ask)
    assert refused.value.reason == "stopped"
    assert (called, desk.heard) == ([], [])


def test_facts_are_read_one_after_another_and_failures_are_told() -> None:
    def act(n: int) -> int:
        return n

    def fact(n: int) -> dict[str, int]:
        return {"n": 2 // n}

    queries = (
        Query("fact", {"n": 1}, 1.0),
        Query("fact", {"n": 0}, 1.0),
        Query("none", {}, 1.0),
        Query("fact", {"n": 1}, 1.0, "too many"),
    )
    desk = Told(Need(queries, None), LEAVE)
    assert _caller(desk, act, fact=fact).call(_ask) == 1
    read, ended = desk.heard
    assert [one.failed for one in read] == [
        None,
        "it raised ZeroDivisionError",
        "no such function is guarded here",
        "too many",
    ]
    assert ended == ("returned", 1)


def test_whatever_ends_a_function_is_told() -> None:
    def act(n: int) -> None:
        raise KeyboardInterrupt

    desk = Told(LEAVE)
    with pytest.raises(KeyboardInterrupt):
        _caller(desk, act).call(_ask)
    assert desk.heard == ["cancelled"]


@pytest.mark.parametrize(("harmless", "reason"), [(True, "stopped"), (False, "effect-unknown")])
async def test_a_stop_breaks_an_async_function_off(harmless: bool, reason: str) -> None:
    begun = asyncio.Event()

    async def act(n: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    desk = Told(LEAVE, harmless=harmless)
    call = asyncio.create_task(_caller(desk, act).acall(_ask))
    await begun.wait()
    assert desk.stop is not None
    await asyncio.to_thread(desk.stop, False)
    await asyncio.sleep(0.01)
    assert not call.done()  # it may not be broken off
    await asyncio.to_thread(desk.stop, True)
    with pytest.raises(ActionBlocked) as refused:
        await call
    assert refused.value.reason == reason
    assert desk.heard == ["cancelled"]
    assert call.cancelling() == 0


async def test_a_stop_that_comes_too_late_breaks_nothing_off() -> None:
    async def act(n: int) -> int:
        return n

    desk = Told(LEAVE)
    assert await _caller(desk, act).acall(_ask) == 1
    assert desk.stop is not None
    desk.stop(True)
    await asyncio.sleep(0.01)
    assert desk.heard == [("returned", 1)]


async def test_a_function_that_a_stop_breaks_off_may_still_end_well() -> None:
    begun = asyncio.Event()

    async def act(n: int) -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 7
        return n

    desk = Told(LEAVE)
    call = asyncio.create_task(_caller(desk, act).acall(_ask))
    await begun.wait()
    assert desk.stop is not None
    desk.stop(True)
    assert await call == 7
    assert desk.heard == [("returned", 7)]


async def test_who_is_cancelled_from_elsewhere_stays_cancelled() -> None:
    begun = asyncio.Event()

    async def act(n: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    desk = Told(LEAVE)
    call = asyncio.create_task(_caller(desk, act).acall(_ask))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert desk.heard == ["cancelled"]
