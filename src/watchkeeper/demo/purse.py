"""Two agents give store credit at once, from one sum that they share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx2
import orjson

from watchkeeper import wiring
from watchkeeper.demo.play import AGENT, EVENING_AGENT, Play
from watchkeeper.errors import UpstreamFailed
from watchkeeper.records.action import DecisionRecord, GrantUsed

_VERSION = "2026-07-28"
_META = "io.modelcontextprotocol/"
_PURSE = "shared.desk-day"
_CAP = Decimal(2000)
_MOST_CALLS = 60


@dataclass(frozen=True, slots=True)
class _Spender:
    """An agent with its own token, which asks until it is refused; `reason` says why it was."""

    url: str
    agent: str
    token: str

    def spend(self) -> tuple[int, str]:
        """Give store credit as often as possible; return how often, and why no more."""
        with httpx2.Client(timeout=30, trust_env=False) as client:
            for given in range(_MOST_CALLS):
                reason = self._give(client, given)
                if reason is not None:
                    return given, reason
        return _MOST_CALLS, ""

    def _give(self, client: httpx2.Client, number: int) -> str | None:
        arguments = {
            "customer_id": f"CUS-{10001 + number}",
            "amount": 50.0 if number % 2 else 12.5,
            "currency": "EUR",
            "reason": "goodwill",
            "request_id": f"{self.agent}-purse-{number}",
        }
        try:
            answer = client.post(
                self.url,
                content=orjson.dumps(_message(arguments)),
                headers={
                    "authorization": f"Bearer {self.token}",
                    "content-type": "application/json",
                    "accept": "application/json, text/event-stream",
                    "mcp-protocol-version": _VERSION,
                    "mcp-method": "tools/call",
                    "mcp-name": "store_credit",
                },
            )
        except httpx2.TransportError as error:
            raise UpstreamFailed(f"the gateway did not answer: {type(error).__name__}") from None
        return _refusal(answer)


def _message(arguments: dict[str, Any]) -> dict[str, Any]:
    meta = {
        f"{_META}protocolVersion": _VERSION,
        f"{_META}clientInfo": {"name": "spender", "version": "1"},
        f"{_META}clientCapabilities": {},
    }
    params = {"name": "store_credit", "arguments": arguments, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def _refusal(answer: httpx2.Response) -> str | None:
    text = answer.text
    if "text/event-stream" in answer.headers.get("content-type", ""):
        text = next(line for line in reversed(text.splitlines()) if line.startswith("data:"))[5:]
    result = orjson.loads(text).get("result", {})
    if not result.get("isError"):
        return None
    said = result.get("structuredContent", {}).get("watchkeeper", {})
    return str(said.get("reason", "unknown"))


def shared_purse(play: Play) -> None:
    """Each agent may give more than what is left; together they may not."""
    play.act("Two agents at once, from one sum that they share")
    agents = (AGENT, EVENING_AGENT)
    tokens = [play.terminal.do("ana", "token", agent, "--name", f"{agent}-2") for agent in agents]
    spenders = [
        _Spender(play.door, agent, token["token"])
        for agent, token in zip(agents, tokens, strict=True)
    ]
    with ThreadPoolExecutor(len(spenders)) as pool:
        found = list(pool.map(_Spender.spend, spenders))
    used = _charged(play)
    totals = [Decimal(one.sum_before or 0) + Decimal(one.amount or 0) for one in used]
    play.claims.check(
        "each is refused by the desk's sum, which they never pass together",
        {reason for _, reason in found} == {"forbidden"}
        and min(given for given, _ in found) > 0
        and _CAP - 50 < max(totals) <= _CAP,
        f"{found[0][0]} and {found[1][0]} given; EUR {max(totals):,.2f} of {_CAP:,.2f} used",
    )


def _charged(play: Play) -> list[GrantUsed]:
    """Return what was charged to the desk's sum, from the log alone."""
    said = (entry.record.predicate for entry in wiring.read_entries(play.places.home))
    return [
        used
        for record in said
        if isinstance(record, DecisionRecord)
        for used in record.grants
        if used.grant == _PURSE and used.satisfied
    ]
