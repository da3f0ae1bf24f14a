"""The agent's HTTP line: a broken connection is the loss of one call, not of all of them.

The SDK's client ends as a whole when one POST can not be sent or gets no headers back, and takes
the other calls in flight with it. Answering in the place of the dead server keeps it alive.
"""

from __future__ import annotations

import json

import httpx2
from mcp_types import CONNECTION_CLOSED


class Line(httpx2.AsyncHTTPTransport):
    """Sends requests; where that fails, answers 502 with a JSON-RPC error of its own."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send; a request that can not be sent or answered is a JSON-RPC error, -32000."""
        try:
            return await super().handle_async_request(request)
        except httpx2.TransportError as error:
            return _lost(request, error)


def _lost(request: httpx2.Request, error: Exception) -> httpx2.Response:
    told = {"code": CONNECTION_CLOSED, "message": f"{type(error).__name__}: {error}"}
    body = json.dumps({"jsonrpc": "2.0", "id": None, "error": told})
    headers = {"content-type": "application/json"}
    return httpx2.Response(502, headers=headers, content=body, request=request)
