"""`@guard(...)`: the decorator, for sync and async functions."""

from __future__ import annotations

import asyncio
import atexit
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from watchkeeper import settings
from watchkeeper.enforcement.door.lines import SOCKET
from watchkeeper.enforcement.guard.calling import Caller
from watchkeeper.enforcement.guard.desk import Desk
from watchkeeper.enforcement.guard.functions import GuardedFunction, guarded_function
from watchkeeper.enforcement.guard.own import OwnHome
from watchkeeper.enforcement.guard.through import ThroughGateway, Who
from watchkeeper.errors import SettingsInvalid, cut

P = ParamSpec("P")
T = TypeVar("T")


class Guard:
    """Guards the functions of one agent, on one home, as tools of one server of the plan.

    With `token`, the agent's (else `WATCHKEEPER_TOKEN`), calls are decided and recorded by the
    gateway that runs on the home, which is not opened. Without, the home is opened at the first
    call, by this process alone, and let go of at its end.
    """

    def __init__(
        self, home: str | Path, *, agent: str, server: str, token: str | None = None
    ) -> None:
        self.agent, self.server = agent, server
        self._token = token
        self._path = Path(home)
        self._functions: dict[str, GuardedFunction] = {}
        self._opening = threading.Lock()
        self._opened: Caller | None = None
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

    def use(self, token: str | None) -> None:
        """Go through a gateway with a token, where none was given yet.

        Raises:
            SettingsInvalid: another one was.
        """
        if token is not None and self._token not in {None, token}:
            raise SettingsInvalid(f"two tokens for the agent {cut(self.agent)}")
        self._token = token or self._token

    def result(self, handle: str) -> Any:
        """Carry out an approved action, once, exactly as it was asked for; return its result.

        Raises:
            ActionEscalated: nobody has answered yet.
            ActionBlocked: it was refused, has expired, or is no action of this agent.
        """
        return self._caller().call(lambda desk: desk.take_up(handle))

    async def aresult(self, handle: str) -> Any:
        """Do the same for async functions."""
        return await self._caller().acall(lambda desk: desk.take_up(handle))

    def close(self) -> None:
        """Let go of the home, or of the gateway."""
        with self._opening:
            if self._opened is not None:
                self._opened.desk.close()
                self._opened = None

    def _synchronous(
        self, guarded: GuardedFunction, key: Callable[..., str] | None
    ) -> Callable[..., Any]:
        @functools.wraps(guarded.function)
        def call(*args: Any, **kwargs: Any) -> Any:
            arguments = guarded.bind(args, kwargs)
            said = _key(key, arguments)
            return self._caller().call(lambda desk: desk.ask(guarded.name, arguments, said))

        return call

    def _asynchronous(
        self, guarded: GuardedFunction, key: Callable[..., str] | None
    ) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(guarded.function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            arguments = guarded.bind(args, kwargs)
            said = _key(key, arguments)
            caller = await asyncio.to_thread(self._caller)
            return await caller.acall(lambda desk: desk.ask(guarded.name, arguments, said))

        return call

    def _caller(self) -> Caller:
        with self._opening:
            if self._opened is None:
                self._opened = Caller(self._desk(), self._functions)
                atexit.register(self.close)
            return self._opened

    def _desk(self) -> Desk:
        token = self._token or settings.given_token()
        if token is None:
            return OwnHome(self._path, self.agent, self.server, self._functions)
        who = Who(token, self.agent, self.server)
        return ThroughGateway(self._path / SOCKET, who, self._functions)


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


def guard(  # noqa: PLR0913 - all by name
    *,
    home: str | Path,
    agent: str,
    server: str,
    name: str | None = None,
    key: Callable[..., str] | None = None,
    token: str | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Guard one function: decide, record, and only then call it.

    ```python
    @watchkeeper.guard(home="home", agent="refund-agent", server="shop")
    def refund(order_id: str, amount: float) -> dict: ...
    ```

    Functions with the same home, agent and server share one home that is opened once, or with the
    agent's `token` one connection to the gateway that runs on it. The boundary is `in-process`: it
    never counts as enforced by itself.

    Raises:
        SettingsInvalid: two tokens for one agent.
    """
    where = (Path(home).absolute(), agent, server)
    with _making:
        mine = _guards.get(where)
        if mine is None:
            mine = _guards[where] = Guard(home, agent=agent, server=server, token=token)
        mine.use(token)
    return mine(name=name, key=key)
