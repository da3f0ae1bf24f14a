"""For a tool that is reached in a way of its own: one function that demands a permit."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

import anyio.to_thread

from watchkeeper.ledger.permit import Asked
from watchkeeper.permit.check import Permits

P = ParamSpec("P")
T = TypeVar("T")
_CALL = "tools/call"


def permitted(permits: Permits, *, tool: str) -> Callable[[Callable[P, T]], Callable[..., T]]:
    """Make a function demand a permit for `tool`, given as the keyword `permit`.

    Its other arguments are given by keyword, as JSON values: they are what the permit has to be
    for. An `async` function stays one, and does not hold up its loop.

        @permitted(permits, tool="refund")
        def refund(order_id: str, amount: float) -> None: ...

        refund(permit=token, order_id="ORD-1", amount=10.5)

    Calling it raises PermitInvalid where the permit does not hold; the function then does not run.
    """

    def demand(function: Callable[P, T]) -> Callable[..., T]:
        if "permit" in inspect.signature(function).parameters:
            raise TypeError("`permit` is the permit's own name: give the parameter another")
        if inspect.iscoroutinefunction(function):
            return functools.wraps(function)(_async(function, permits, tool))

        @functools.wraps(function)
        def checked(*, permit: str | None = None, **arguments: Any) -> T:
            permits.check_asked(permit, Asked(_CALL, tool, arguments, {}))
            return function(**arguments)  # type: ignore[call-arg]

        return checked

    return demand


def _async(function: Callable[..., Any], permits: Permits, tool: str) -> Callable[..., Any]:
    async def checked(*, permit: str | None = None, **arguments: Any) -> Awaitable[Any]:
        asked = Asked(_CALL, tool, arguments, {})
        await anyio.to_thread.run_sync(permits.check_asked, permit, asked)
        result: Awaitable[Any] = await function(**arguments)
        return result

    return checked
