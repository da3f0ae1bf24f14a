"""The desk as an MCP server: lists its tools, checks arguments, does what it is asked."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import jsonschema_rs
import mcp_types as types
from mcp.server import NotificationOptions, Server
from mcp.server.context import ServerRequestContext
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError

from desk.store import Refused, Row, Store
from desk.tools import catalogue

_POLL_SECONDS = 0.05
_SESSIONS = 64
_SESSION_HEADER = "mcp-session-id"
_STDIO = "stdio"

Context = ServerRequestContext[Any, Any]


class DeskServer(Server[Any]):
    """An MCP server that says in both protocol eras that its list of tools may change."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """As the parent, with `tools.listChanged` set."""
        return super().create_initialization_options(
            notification_options or NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
        )


@dataclass(slots=True)
class Desk:
    """One running desk.

    `refund_delay` seconds pass in each refund, half before its commit and half after it, so that
    a kill can hit on either side; while `slow_file` exists, the milliseconds that stand in it
    count instead. While `drift_file` exists, `send_message` has another description; clients are
    told when that changes.
    """

    store: Store
    refund_delay: float = 0.0
    drift_file: Path | None = None
    slow_file: Path | None = None
    bus: InMemorySubscriptionBus = field(default_factory=InMemorySubscriptionBus)
    _sessions: dict[str, ServerSession] = field(default_factory=dict)
    _validators: dict[str, jsonschema_rs.Validator] = field(default_factory=dict)

    def server(self) -> DeskServer:
        """Return the MCP server of this desk."""
        for tool in catalogue():
            self._validators[tool.name] = jsonschema_rs.validator_for(tool.input_schema)
        return DeskServer(
            "refund-desk",
            version="1.0.0",
            title="Refund desk",
            instructions="The back office of a small shop: orders, customers, refunds.",
            lifespan=self._lifespan,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_subscriptions_listen=ListenHandler(self.bus),
        )

    @property
    def drifted(self) -> bool:
        """Whether the description of `send_message` is another one now."""
        return self.drift_file is not None and self.drift_file.exists()

    @property
    def delay(self) -> float:
        """How many seconds a refund takes now."""
        if self.slow_file is None or not self.slow_file.exists():
            return self.refund_delay
        return int(self.slow_file.read_text("ascii")) / 1000

    @contextlib.asynccontextmanager
    async def _lifespan(self, _server: Server[Any]) -> AsyncIterator[dict[str, Any]]:
        async with anyio.create_task_group() as tasks:
            if self.drift_file is not None:
                tasks.start_soon(self._watch)
            yield {}
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        """Tell every client when the drift file comes or goes."""
        before = self.drifted
        while True:
            await anyio.sleep(_POLL_SECONDS)
            if self.drifted != before:
                before = not before
                await self.bus.publish(ToolsListChanged())
                await self._tell_sessions()

    async def _tell_sessions(self) -> None:
        for name, session in list(self._sessions.items()):
            try:
                await session.send_tool_list_changed()
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                self._sessions.pop(name, None)

    def _remember(self, ctx: Context) -> None:
        """Keep the session of a client of the older era, to tell it of changes."""
        name = _STDIO if ctx.request is None else ctx.request.headers.get(_SESSION_HEADER)
        if name is None:
            return
        self._sessions[name] = ctx.session
        while len(self._sessions) > _SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))

    async def _list_tools(
        self, ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        self._remember(ctx)
        return types.ListToolsResult(tools=catalogue(drifted=self.drifted))

    async def _call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        self._remember(ctx)
        validator = self._validators.get(params.name)
        if validator is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool `{params.name[:80]}`")
        arguments = params.arguments or {}
        wrong = next(iter(validator.iter_errors(arguments)), None)
        if wrong is not None:
            return _failed(f"the arguments do not fit: {wrong.message[:200]}")
        try:
            return _answered(await self._do(params.name, arguments))
        except Refused as refused:
            return _failed(str(refused))

    async def _do(self, name: str, arguments: Mapping[str, Any]) -> Row:
        if name == "export_customers":
            return self._export(arguments["format"])
        method: Callable[..., Row] = getattr(self.store, name)
        delay = self.delay if name == "refund" else 0.0
        if not delay:
            return method(**arguments)
        await anyio.sleep(delay / 2)
        done = method(**arguments)
        await anyio.sleep(delay / 2)
        return done

    def _export(self, kind: str) -> Row:
        rows = self.store.export_customers()
        data = json.dumps(rows, ensure_ascii=False) if kind == "json" else _as_csv(rows)
        number = self.store.record_export(kind, len(rows))
        return {"export_id": number, "customers": len(rows), "data": data}


def _as_csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _answered(row: Row) -> types.CallToolResult:
    text = json.dumps(row, ensure_ascii=False)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=row
    )


def _failed(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=sentence)], is_error=True
    )
