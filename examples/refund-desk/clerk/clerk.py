"""The agent's hands: a connection to its tools, and a list of what it did."""

from __future__ import annotations

import contextlib
import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT, Implementation

from clerk.line import Line
from clerk.outcome import Action, Became, Outcome, read_result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

_LOST_CODES: Final = frozenset({CONNECTION_CLOSED, REQUEST_TIMEOUT})
_INFO = Implementation(name="refund-agent", version="1.0.0")
_RESULT_TOOL = "watchkeeper_result"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the tools are, and the token that lets this agent in.

    `mode` is `auto` (the newest protocol era that the other side speaks) or `legacy`.
    """

    url: str
    token: str = field(repr=False)
    mode: str = "auto"
    timeout_seconds: float = 60.0


@dataclass(slots=True)
class Clerk:
    """One connected agent. `report` is called with each action when it has ended."""

    address: Address
    client: Client
    report: Callable[[Action], None]
    numbers: Iterator[int]
    scenario: str = "free"
    done: list[Action] = field(default_factory=list)

    async def call(self, tool: str, **arguments: object) -> Outcome:
        """Call a tool once and say what became of it; never raises for what the far side did."""
        number, started = next(self.numbers), time.perf_counter()
        outcome = await self._outcome(tool, arguments)
        self._note(number, tool, arguments, outcome, started)
        return outcome

    async def call_and_drop(self, patience: float, tool: str, **arguments: object) -> Outcome:
        """Call a tool over a connection of its own and hang up after `patience` seconds.

        What the agent sees is `lost`, even if the answer was already on its way.
        """
        number, started = next(self.numbers), time.perf_counter()
        with anyio.CancelScope() as scope:
            async with connected(self.address, scenario=self.scenario) as other:
                scope.deadline = anyio.current_time() + patience
                await other.client.call_tool(tool, arguments)
        outcome = Outcome(Became.LOST, sentence="the connection dropped before the answer came")
        self._note(number, tool, arguments, outcome, started)
        return outcome

    async def ask_result(self, handle: str) -> Outcome:
        """Ask the gateway for the result of an action that had to wait for a person."""
        return await self.call(_RESULT_TOOL, handle=handle)

    async def tools(self) -> dict[str, str]:
        """List the tools that this agent is shown now: names and descriptions."""
        listed: dict[str, str] = {}
        cursor: str | None = None
        while True:
            page = await self.client.list_tools(cursor=cursor, cache_mode="refresh")
            listed |= {tool.name: tool.description or "" for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                return listed

    async def _outcome(self, tool: str, arguments: Mapping[str, object]) -> Outcome:
        try:
            return read_result(await self.client.call_tool(tool, dict(arguments)))
        except MCPError as error:
            became = Became.LOST if error.code in _LOST_CODES else Became.FAILED
            return Outcome(became, sentence=f"{error.message} ({error.code})")
        except (httpx2.HTTPError, anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
            return Outcome(Became.LOST, sentence=f"{type(error).__name__}: {error}")

    def _note(
        self,
        number: int,
        tool: str,
        arguments: Mapping[str, object],
        outcome: Outcome,
        started: float,
    ) -> None:
        spent = (time.perf_counter() - started) * 1000
        action = Action(number, self.scenario, tool, arguments, outcome, spent)
        self.done.append(action)
        self.report(action)


class Unreachable(Exception):
    """No connection could be made, or it broke outside of a call."""


@contextlib.asynccontextmanager
async def connected(
    address: Address,
    report: Callable[[Action], None] = lambda _action: None,
    *,
    numbers: Iterator[int] | None = None,
    scenario: str = "free",
) -> AsyncIterator[Clerk]:
    """Connect an agent to its tools over streamable HTTP.

    `numbers` goes on counting over several connections.

    Raises:
        Unreachable: no connection could be made, or it broke outside of a call.
    """
    headers = {"Authorization": f"Bearer {address.token}"}
    timeout = httpx2.Timeout(address.timeout_seconds, connect=5.0)
    try:
        async with (
            httpx2.AsyncClient(headers=headers, timeout=timeout, transport=Line()) as http,
            Client(
                streamable_http_client(address.url, http_client=http),
                mode=address.mode,
                client_info=_INFO,
                read_timeout_seconds=address.timeout_seconds,
            ) as client,
        ):
            yield Clerk(address, client, report, numbers or itertools.count(1), scenario)
    except* (httpx2.HTTPError, MCPError) as broken:
        raise Unreachable(f"{address.url}: {_first(broken)!r}") from broken


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    """Return the first exception that is not itself a group."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
