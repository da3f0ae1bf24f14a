"""A sample agent that makes one call: `python -m … TOKEN SERVER TOOL ARGUMENTS`.

It speaks to the gateway as any MCP client does, and prints what an agent is told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

_SECONDS = 60


async def call(gateway: str, token: str, server: str, tool: str, arguments: Any) -> str:
    """Call a tool through the gateway; return what came back, as text."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=_SECONDS) as http,
        Client(streamable_http_client(f"{gateway}/mcp/{server}", http_client=http)) as client,
    ):
        answer = await client.call_tool(tool, arguments)
        return "\n".join(getattr(part, "text", "") for part in answer.content)


def main() -> None:
    """Make the call that the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--gateway", default="http://127.0.0.1:8930")
    for name in ("token", "server", "tool", "arguments"):
        parser.add_argument(name)
    said = parser.parse_args()
    arguments = json.loads(said.arguments)
    told = asyncio.run(call(said.gateway, said.token, said.server, said.tool, arguments))
    sys.stdout.write(told + "\n")


if __name__ == "__main__":
    main()
