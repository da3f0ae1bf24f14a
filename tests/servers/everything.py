"""The fixture server for the MCP conformance suite: everything that it asks for by name.

    python tests/servers/everything.py [--port 0] [--stdio]

Over HTTP it takes no credential and listens on the loopback address alone; the first line on
stdout is `{"port": ..., "url": ...}`.
"""

from __future__ import annotations

import argparse
import json
import socket
import warnings
from collections.abc import Mapping
from typing import Any

import anyio
import everything_rounds
import everything_texts
import everything_tools
import mcp_types as types
import uvicorn
from everything_tools import Context, Handler
from mcp.server import NotificationOptions, Server
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.models import InitializationOptions
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

_NAME = "everything"
_RETRY_MILLISECONDS = 500
_HINTS: dict[CacheableMethod, CacheHint] = {
    "tools/list": CacheHint(ttl_ms=0),
    "prompts/list": CacheHint(ttl_ms=0),
    "resources/list": CacheHint(ttl_ms=0),
    "resources/templates/list": CacheHint(ttl_ms=0),
    "resources/read": CacheHint(ttl_ms=0),
}


class Events(EventStore):
    """What was sent on each stream, for clients that come back (2025-11-25, SSE resumption)."""

    def __init__(self) -> None:
        self._events: list[tuple[str, types.JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: str, message: types.JSONRPCMessage | None) -> str:
        """Keep an event; its id is its place in the list."""
        self._events.append((stream_id, message))
        return str(len(self._events) - 1)

    async def replay_events_after(
        self, last_event_id: str, send_callback: EventCallback
    ) -> str | None:
        """Send the later events of the same stream again."""
        last = int(last_event_id) if last_event_id.isdigit() else len(self._events)
        if last >= len(self._events):
            return None
        stream, _ = self._events[last]
        for number in range(last + 1, len(self._events)):
            of, message = self._events[number]
            if of == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream


class Everything:
    """The handlers of the fixture server."""

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self.handlers: Mapping[str, Handler] = (
            everything_tools.HANDLERS
            | everything_rounds.HANDLERS
            | everything_tools.changes(self.bus)
        )

    def server(self) -> Server[Any]:
        """Return the MCP server."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MCPDeprecationWarning)
            server = _Everything(
                _NAME,
                version="1.0.0",
                cache_hints=_HINTS,
                get_tool_input_schema=self._schema,
                on_list_tools=self._list_tools,
                on_call_tool=self._call_tool,
                on_list_prompts=self._list_prompts,
                on_get_prompt=self._get_prompt,
                on_list_resources=self._list_resources,
                on_list_resource_templates=self._list_templates,
                on_read_resource=self._read_resource,
                on_subscribe_resource=self._accept,
                on_unsubscribe_resource=self._accept,
                on_subscriptions_listen=ListenHandler(self.bus),
                on_completion=self._complete,
                on_set_logging_level=self._accept,
            )
        security = RequestStateSecurity.ephemeral()
        server.middleware.append(RequestStateBoundary(security, default_audience=_NAME))
        return server

    def _schema(self, name: str) -> Mapping[str, Any] | None:
        if name not in self.handlers:
            return None
        return everything_tools.SCHEMAS.get(name, everything_tools.NOTHING)

    async def _list_tools(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        tools = [
            types.Tool(
                name=name,
                description=f"Conformance fixture `{name}`",
                input_schema=dict(self._schema(name) or {}),
                annotations=types.ToolAnnotations(read_only_hint=True),
            )
            for name in self.handlers
        ]
        return types.ListToolsResult(tools=tools)

    async def _call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        handler = self.handlers.get(params.name)
        if handler is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool `{params.name}`")
        return await handler(ctx, params)

    async def _list_prompts(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=everything_texts.PROMPTS)

    async def _get_prompt(
        self, _ctx: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult | types.InputRequiredResult:
        if params.name == everything_texts.ROUNDS_PROMPT:
            return await everything_rounds.prompt(params)
        return everything_texts.get_prompt(params.name, params.arguments or {})

    async def _list_resources(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=everything_texts.RESOURCES)

    async def _list_templates(
        self, _ctx: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=everything_texts.TEMPLATES)

    async def _read_resource(
        self, _ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        return everything_texts.read_resource(str(params.uri))

    async def _accept(self, _ctx: Context, _params: Any) -> types.EmptyResult:
        return types.EmptyResult()

    async def _complete(
        self, _ctx: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        words = ("paris", "park", "party")
        fitting = [word for word in words if word.startswith(params.argument.value)]
        found = types.Completion(values=fitting, total=len(fitting), has_more=False)
        return types.CompleteResult(completion=found)


class _Everything(Server[Any]):
    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        everything = NotificationOptions(
            prompts_changed=True, resources_changed=True, tools_changed=True
        )
        return super().create_initialization_options(
            notification_options or everything, experimental_capabilities, extensions
        )


async def serve_http(port: int) -> None:
    """Serve over streamable HTTP, with resumption for the older era."""
    app = (
        Everything()
        .server()
        .streamable_http_app(
            host="127.0.0.1", event_store=Events(), retry_interval=_RETRY_MILLISECONDS
        )
    )
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    # With the protocol named, asyncio switches Nagle's delay off.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        chosen = listener.getsockname()[1]
        url = f"http://127.0.0.1:{chosen}/mcp"
        print(json.dumps({"port": chosen, "url": url}), flush=True)
        await uvicorn.Server(config).serve(sockets=[listener])


async def serve_stdio() -> None:
    """Serve over stdin and stdout."""
    server = Everything().server()
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, server.create_initialization_options())


def main() -> None:
    """Run the server."""
    parser = argparse.ArgumentParser(description="the conformance suite's fixture server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stdio", action="store_true")
    options = parser.parse_args()
    if options.stdio:
        anyio.run(serve_stdio)
    else:
        anyio.run(serve_http, options.port)


if __name__ == "__main__":
    main()
