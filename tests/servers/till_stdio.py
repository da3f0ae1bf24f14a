"""The till as a server of the `mcp` package over stdio, which does nothing without a permit.

python tests/servers/till_stdio.py FOLDER KEYS
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server
from till import answer, definitions

from watchkeeper.permit import KeysFile, Permits, UsedFile, require_permits


def main() -> None:
    """Serve the one client at the other end."""
    folder = Path(sys.argv[1])

    async def listed(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool.model_validate(t) for t in definitions()])

    async def call(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        said = answer(folder, "tools/call", {"name": params.name, "arguments": params.arguments})
        return types.CallToolResult.model_validate(said)

    server: Server[Any] = Server("till", on_list_tools=listed, on_call_tool=call)
    used = UsedFile(folder / "used")
    require_permits(server, Permits(KeysFile(Path(sys.argv[2])), "till", used, leeway=1.0))

    async def serve() -> None:
        async with stdio_server() as (reader, writer):
            await server.run(reader, writer, server.create_initialization_options())

    anyio.run(serve)


if __name__ == "__main__":
    main()
