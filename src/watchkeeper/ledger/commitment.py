"""The commitment to an escalation that will be planted (`records.drill`)."""

from __future__ import annotations

from watchkeeper.ledger.canonical import hidden_digest


def commitment_of(salt: bytes, request: str, expected: str, wrong: str) -> str:
    """Return the commitment to a request, to what should be answered, and to what is wrong.

    `request` and `wrong` are digests in hex. The request's covers a random nonce, so that only
    this very request fits it.
    """
    return hidden_digest(salt, {"request": request, "expected": expected, "wrong": wrong})
