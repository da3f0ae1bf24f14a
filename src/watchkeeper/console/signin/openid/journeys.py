"""Sign-ins under way at a provider: each comes back once, in the browser that left."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from watchkeeper.ports import Clock, Ids
from watchkeeper.ports.people import SignInAsked
from watchkeeper.records.plan.people import OpenId

LASTS = 600_000_000
MOST = 10_000
"""Microseconds that a sign-in may take, and how many may be under way."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in under way: in which browser, at whom, where to go on, and since when."""

    asked: SignInAsked
    browser: str
    openid: OpenId
    after: str
    at: int


class Journeys:
    """The sign-ins that are under way at a provider; each comes back once, or not at all."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock, self._ids = clock, ids
        self._under_way: dict[str, Started] = {}

    def start(self, openid: OpenId, after: str) -> tuple[Started, str]:
        """Begin one; returns it, and the secret by which the browser is known again."""
        now = self._clock.monotonic()
        if len(self._under_way) >= MOST:
            kept = {s: one for s, one in self._under_way.items() if now - one.at < LASTS}
            self._under_way = dict(list(kept.items())[-(MOST - 1) :])
        browser = self._secret()
        asked = SignInAsked(self._secret(), self._secret(), self._secret())
        started = Started(asked, _digest(browser), openid, after, now)
        self._under_way[_digest(asked.state)] = started
        return started, browser

    def take(self, state: str, browser: str) -> Started | None:
        """Return the one that comes back, None if there is none in this browser; it is over."""
        found = self._under_way.pop(_digest(state), None)
        if found is None or self._clock.monotonic() - found.at >= LASTS:
            return None
        return found if hmac.compare_digest(found.browser, _digest(browser)) else None

    def _secret(self) -> str:
        """Return 256 bits, which is also a verifier as RFC 7636, 4.1 has it."""
        return base64.urlsafe_b64encode(self._ids.random_bytes(32)).decode().rstrip("=")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
