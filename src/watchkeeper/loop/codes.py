"""One-time codes: how somebody without a passkey comes to one.

A person has a code signed for at a terminal, its digest alone. Whoever then gives the code on a
page of the console may register one passkey. Codes are kept in memory: a restart ends them all.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ports import Clock
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature

CODE_BYTES = 16
LIFETIME = 600
"""Seconds that a code lasts at most."""
MOST = 100
_SPELT = re.compile(r"[A-Z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a code that was given stands for: the signed command, and the code in hex."""

    person: str
    signature: Signature
    code: str


@dataclass(frozen=True, slots=True)
class _Offered:
    person: str
    signature: Signature
    until: int


class Codes:
    """The codes of one process that nobody gave yet, by the digest of each.

    `place` is where people open the console, None while none is served.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offered: dict[str, _Offered] = {}
        self.place: str | None = None

    def offer(self, person: str, digest: str, expires: Instant, signature: Signature) -> None:
        """Take a code from now on; the person's code before it is taken no more."""
        now = self._clock.monotonic()
        left = {
            name: one
            for name, one in self._offered.items()
            if one.until > now and one.person != person
        }
        if len(left) >= MOST:
            raise CommandInvalid("too many codes wait to be used", "wait until some have expired")
        lasts = int(expires) - int(self._clock.wall())
        self._offered = {**left, digest: _Offered(person, signature, now + lasts)}

    def take(self, text: str) -> Voucher | None:
        """Return what a code stands for, and end it; None if it is no code that counts."""
        raw = code_of(text)
        if raw is None:
            return None
        offered = self._offered.pop(hashlib.sha256(raw).hexdigest(), None)
        if offered is None or offered.until <= self._clock.monotonic():
            return None
        return Voucher(offered.person, offered.signature, raw.hex())


def render_code(raw: bytes) -> str:
    """Render a code for people: base32 (RFC 4648, 6) in groups."""
    text = base64.b32encode(raw).decode().rstrip("=")
    return "-".join(text[at : at + 5] for at in range(0, len(text), 5))


def code_of(text: str) -> bytes | None:
    """Return the bytes of a code as a person typed it, or None; 0, 1 and 8 can not stand in one."""
    spelt = re.sub(r"[\s-]", "", text[:100]).upper()
    return base64.b32decode(spelt + "======") if _SPELT.fullmatch(spelt) else None


def digest_of(code: str) -> str:
    """Return the digest that was signed for a code in hex.

    Raises:
        CommandInvalid: it is none.
    """
    try:
        raw = bytes.fromhex(code)
    except ValueError:
        raise CommandInvalid(f"not a code: {cut(code)}") from None
    return hashlib.sha256(raw).hexdigest()
