"""For a server built with the `mcp` package, over HTTP or stdio: a permit with each call."""

from __future__ import annotations

from typing import Any, Protocol

import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError

from watchkeeper.errors import PermitInvalid
from watchkeeper.ledger.permit import META
from watchkeeper.permit.asgi import FREE
from watchkeeper.permit.check import Permits

REFUSED = -32010
"""The JSON-RPC error code of a message without a permit that holds."""


class _Server(Protocol):
    """What `mcp.server.Server` and `mcp.server.MCPServer` have in common here."""

    @property
    def middleware(self) -> list[Any]:
        """What each message passes on its way to its handler, the outermost first."""
        ...


def require_permits(server: _Server, permits: Permits) -> None:
    """Let a server's handlers be reached only with a permit for exactly that message.

    The permit is read from `_meta["watchkeeper/permit"]`. What comes without one is answered by
    an error with the code -32010 whose data names the reason.
    """
    server.middleware.insert(0, _Demand(permits))


class _Demand:
    """The middleware."""

    def __init__(self, permits: Permits) -> None:
        self._permits = permits

    async def __call__(
        self, context: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Go on to the handler, or raise MCPError where the permit does not hold."""
        if context.request_id is None or context.method in FREE:
            return await call_next(context)
        params = dict(context.params or {})
        meta = params.get("_meta")
        token = meta.get(META) if isinstance(meta, dict) else None
        try:
            await anyio.to_thread.run_sync(
                self._permits.check_message,
                token if isinstance(token, str) else None,
                context.method,
                params,
            )
        except PermitInvalid as error:
            data = {"code": error.code, "reason": error.reason}
            raise MCPError(REFUSED, f"a permit is required: {error.message}", data) from None
        return await call_next(context)
