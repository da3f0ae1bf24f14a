"""The callers: each asks for one small refund after the other, and asks again where it must."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2

_META = "io.modelcontextprotocol/"
_VERSION = "2026-07-28"
_TRIES = 40
_AGAIN_SECONDS = 0.25
_ORDERS = 400


@dataclass(slots=True)
class Tally:
    """What the callers were told. `waits` are the milliseconds of each answered refund.

    `done` are the requests that were answered; `doubted` those that were ever without an answer,
    or with an unknown effect; `refused` counts refusals by reason.
    """

    waits: list[float] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    sent: int = 0


@dataclass(slots=True)
class Callers:
    """Callers of one gateway; they go on until `stop`."""

    url: str
    token: str
    tally: Tally = field(default_factory=Tally)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, count: int) -> None:
        """Run `count` callers until they are told to stop."""
        limits = httpx2.Limits(max_connections=count, max_keepalive_connections=count)
        timeout = httpx2.Timeout(30.0, connect=5.0)
        async with httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=False) as client:
            await asyncio.gather(*(self._call_on(client, number) for number in range(count)))

    async def _call_on(self, client: httpx2.AsyncClient, caller: int) -> None:
        turn = 0
        while not self.stop.is_set():
            turn += 1
            await self._refund(
                client, f"soak-{caller}-{turn}", 10_001 + (caller * 7 + turn) % _ORDERS
            )

    async def _refund(self, client: httpx2.AsyncClient, request: str, order: int) -> None:
        for _ in range(_TRIES):
            self.tally.sent += 1
            began = time.perf_counter_ns()
            reason = await self._asked(client, request, order)
            if reason is None:
                self.tally.waits.append((time.perf_counter_ns() - began) / 1e6)
                self.tally.done.add(request)
                return
            self.tally.refused[reason] = self.tally.refused.get(reason, 0) + 1
            if reason in {"effect-unknown", "no answer"}:
                self.tally.doubted.add(request)
            if reason == "effect-unknown":
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _asked(self, client: httpx2.AsyncClient, request: str, order: int) -> str | None:
        """Ask once; None if it was done, else why not."""
        try:
            response = await client.post(
                f"{self.url}/mcp/desk", content=_body(request, order), headers=_headers(self.token)
            )
            result = _message(response)["result"]
        except (httpx2.HTTPError, ValueError, KeyError, IndexError):
            return "no answer"
        if not result.get("isError"):
            return None
        refusal = (result.get("structuredContent") or {}).get("watchkeeper") or {}
        return str(refusal.get("reason", "an error of the tool"))


def _message(response: httpx2.Response) -> dict[str, Any]:
    text = response.text
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        text = [line[6:] for line in text.splitlines() if line.startswith("data: ")][-1]
    found: dict[str, Any] = json.loads(text)
    return found


def _body(request: str, order: int) -> bytes:
    arguments = {"order_id": f"ORD-{order}", "amount": 0.01, "currency": "EUR",
                 "reason": "late", "request_id": request}  # fmt: skip
    meta = {
        f"{_META}protocolVersion": _VERSION,
        f"{_META}clientInfo": {"name": "soak", "version": "1"},
        f"{_META}clientCapabilities": {},
    }
    params = {"name": "refund", "arguments": arguments, "_meta": meta}
    return json.dumps(
        {"jsonrpc": "2.0", "id": request, "method": "tools/call", "params": params}
    ).encode()


def _headers(token: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": _VERSION,
        "mcp-method": "tools/call",
        "mcp-name": "refund",
    }
