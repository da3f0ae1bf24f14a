"""Somebody has stolen the desk's credential, and goes round the gateway with it."""

from __future__ import annotations

from typing import Any

import httpx2
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchkeeper.demo.play import Play
from watchkeeper.errors import UpstreamFailed
from watchkeeper.ledger.permit import HEADER, Claims, asked_by, mint
from watchkeeper.ledger.signature import keyid_of

_VERSION = "2026-07-28"
_META = "io.modelcontextprotocol/"
_REFUND = {
    "name": "refund",
    "arguments": {
        "request_id": "thief-1",
        "order_id": "ORD-10001",
        "amount": 10.0,
        "currency": "EUR",
        "reason": "late",
    },
}


def stolen_credential(play: Play) -> None:
    """Call the desk with its own credential: what does nothing works, and nothing else."""
    play.act("Somebody has stolen the desk's credential, and goes round the gateway")
    before = play.books.refunds()
    listed, _ = _post(play, "tools/list", {})
    play.claims.same("the credential is the real one: the desk lists its tools", listed, 200)
    for words, permit, reason in (
        ("a refund without a permit is refused by the desk itself", None, "missing"),
        ("and with a permit that the thief made", _forged(), "unknown-key"),
    ):
        status, body = _post(play, "tools/call", _REFUND, permit)
        play.claims.same(words, (status, body.get("reason")), (403, reason))
    look = {"name": "lookup_customer", "arguments": {"customer_id": "CUS-1001"}}
    status, body = _post(play, "tools/call", look)
    play.claims.same(
        "nor is a customer's data read", (status, body.get("reason")), (403, "missing")
    )
    play.claims.check("the desk's database is as it was", play.books.refunds() == before)


def _post(
    play: Play, method: str, params: dict[str, Any], permit: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Send one message straight to the desk, as the gateway would; return status and JSON."""
    meta = {
        f"{_META}protocolVersion": _VERSION,
        f"{_META}clientInfo": {"name": "thief", "version": "1"},
        f"{_META}clientCapabilities": {},
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    headers = {
        "authorization": f"Bearer {play.places.credential.read_text('ascii')}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": _VERSION,
        "mcp-method": method,
    }
    if "name" in params:
        headers["mcp-name"] = params["name"]
    if permit is not None:
        headers[HEADER] = permit
    try:
        with httpx2.Client(timeout=20, trust_env=False) as client:
            answer = client.post(play.desk_url, content=orjson.dumps(message), headers=headers)
    except httpx2.TransportError as error:
        raise UpstreamFailed(f"the desk did not answer: {type(error).__name__}") from None
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return answer.status_code, orjson.loads(answer.content) if problem else {}


class _Thief:
    """A key that nobody published."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def keyid(self) -> str:
        return keyid_of(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def _forged() -> str:
    act = asked_by("tools/call", _REFUND).digest
    return mint(Claims("thief", "desk", 1, 1, 1 << 40, "thief-1", act), _Thief())
