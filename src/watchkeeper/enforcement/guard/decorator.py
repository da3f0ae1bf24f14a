"""`@guard(...)`: the decorator, for sync and async functions."""

from __future__ import annotations

import atexit
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from watchkeeper.enforcement.guard.functions import GuardedFunction, guarded_function
from watchkeeper.enforcement.guard.process import GuardedHome
from watchkeeper.errors import SettingsInvalid, cut

P = ParamSpec("P")
T = TypeVar("T")


class Guard:
    """Guards the functions of one agent, on one home, as tools of one server of the plan.

    The home is opened at the first call, by this process alone, and let go of at its end.
    """

    def __init__(self, home: str | Path, *, agent: str, server: str) -> None:
        self.agent, self.server = agent, server
        self._path = Path(home)
        self._functions: dict[str, GuardedFunction] = {}
        self._opening = threading.Lock()
        self._opened: GuardedHome | None = None
        _guards.setdefault((self._path.absolute(), agent, server), self)

    def __call__(
        self, *, name: str | None = None, key: Callable[..., str] | None = None
    ) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Return the decorator; `name` is the tool's name in the plan (default: the function's).

        `key` computes the idempotency key of a call from its arguments, by their names.

        Calling the decorated function raises `ActionBlocked` or `ActionEscalated` where the
        action is not allowed; the function itself is then not called.
        """

        def decorate(function: Callable[P, T]) -> Callable[P, T]:
            guarded = guarded_function(function, name or str(getattr(function, "__name__", "")))
            if guarded.name in self._functions:
                raise SettingsInvalid(f"two functions are called {cut(guarded.name)}")
            self._functions[guarded.name] = guarded
            if inspect.iscoroutinefunction(function):
                return cast("Callable[P, T]", self._asynchronous(guarded, key))
            return cast("Callable[P, T]", self._synchronous(guarded, key))

        return decorate

    @property
    def definitions(self) -> tuple[Mapping[str, Any], ...]:
        """The functions as tool definitions, for the plan's tool file."""
        return tuple(guarded.definition for guarded in self._functions.values())

    def result(self, handle: str) -> Any:
        """Carry out an approved action, once, exactly as it was asked for; return its result.

        Raises:
            ActionEscalated: nobody has answered yet.
            ActionBlocked: it was refused, has expired, or is no action of this agent.
        """
        return self._home().come_back(self.agent, handle)

    async def aresult(self, handle: str) -> Any:
        """Do the same for async functions."""
        return await self._home().acome_back(self.agent, handle)

    def close(self) -> None:
        """Let go of the home."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _synchronous(
        self, guarded: GuardedFunction, key: Callable[..., str] | None
    ) -> Callable[..., Any]:
        @functools.wraps(guarded.function)
        def call(*args: Any, **kwargs: Any) -> Any:
            arguments = guarded.bind(args, kwargs)
            return self._home().call(self.agent, guarded, arguments, _key(key, arguments))

        return call

    def _asynchronous(
        self, guarded: GuardedFunction, key: Callable[..., str] | None
    ) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(guarded.function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            arguments = guarded.bind(args, kwargs)
            home = self._home()
            return await home.acall(self.agent, guarded, arguments, _key(key, arguments))

        return call

    def _home(self) -> GuardedHome:
        with self._opening:
            if self._opened is None:
                self._opened = GuardedHome(self._path, self.server, self._functions)
                atexit.register(self.close)
            return self._opened


def _key(key: Callable[..., str] | None, arguments: Mapping[str, Any]) -> str | None:
    return None if key is None else key(**arguments)


def definitions_of(server: str) -> list[dict[str, Any]]:
    """Return the definitions of the functions that were guarded so far as tools of a server."""
    return [
        dict(definition)
        for mine in _guards.values()
        if mine.server == server
        for definition in mine.definitions
    ]


_guards: dict[tuple[Path, str, str], Guard] = {}
_making = threading.Lock()


def guard(
    *,
    home: str | Path,
    agent: str,
    server: str,
    name: str | None = None,
    key: Callable[..., str] | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Guard one function: decide, record, and only then call it.

    ```python
    @watchkeeper.guard(home="home", agent="refund-agent", server="shop")
    def refund(order_id: str, amount: float) -> dict: ...
    ```

    Functions with the same home, agent and server share one home that is opened once. The
    boundary is `in-process`: it never counts as enforced by itself.
    """
    where = (Path(home).absolute(), agent, server)
    with _making:
        mine = _guards.get(where)
        if mine is None:
            mine = _guards[where] = Guard(home, agent=agent, server=server)
    return mine(name=name, key=key)
