"""Where the public keys of permits come from: a file that the gateway writes, or its address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from watchkeeper.errors import PermitInvalid, RecordInvalid
from watchkeeper.ledger.permit import PublishedKey, parse_jwks

_NOTHING: Mapping[str, PublishedKey] = {}
_MAX_BYTES = 1 << 16
_AGAIN_SECONDS = 5.0
_FRESH_SECONDS = 300.0
_TIMEOUT_SECONDS = 5.0
_HERE = {("http", "127.0.0.1"), ("http", "localhost"), ("http", "::1")}


class KeySource(Protocol):
    """Finds a public key by its id."""

    def key(self, keyid: str) -> PublishedKey | None:
        """Return the key, or None where there is no such key.

        Raises:
            PermitInvalid: the keys can not be had (`unknown-key`).
        """
        ...


class KeysFile:
    """The file `log/permits.jwks` of the gateway's home, or a copy; read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._keys = _NOTHING

    def key(self, keyid: str) -> PublishedKey | None:
        """Return a key of the file as it is now; see `KeySource`."""
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                keys = by_id(self._path.read_bytes())
                self._keys, self._stamp = keys, stamp
        except (OSError, RecordInvalid) as error:
            raise _no_keys(type(error).__name__) from None
        return self._keys.get(keyid)


class KeysAddress:
    """A gateway's `/.well-known/watchkeeper-permits.json`, kept for five minutes.

    A key that is not known makes it ask again, at most once in five seconds. While the gateway
    does not answer, what was heard last counts until it is too old. Use `https`, or the loopback
    address: who can answer here can let anything be done.
    """

    def __init__(
        self,
        url: str,
        *,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        place = urlsplit(url)
        if place.scheme != "https" and (place.scheme, place.hostname) not in _HERE:
            raise ValueError("the keys of permits come by https, or from this machine")
        self._url, self._fetch, self._clock = url, fetch or _fetched, clock
        self._guard = threading.Lock()
        self._keys = _NOTHING
        self._heard = self._asked = float("-inf")

    def key(self, keyid: str) -> PublishedKey | None:
        """Return a key of the gateway; see `KeySource`."""
        with self._guard:
            now = self._clock()
            fresh = now - self._heard < _FRESH_SECONDS
            if (not fresh or keyid not in self._keys) and now - self._asked >= _AGAIN_SECONDS:
                self._asked = now
                fresh = self._ask(now) or fresh
            if not fresh:
                raise _no_keys("the gateway did not say them")
            return self._keys.get(keyid)

    def _ask(self, now: float) -> bool:
        try:
            self._keys = by_id(self._fetch(self._url))
        except (OSError, RecordInvalid, PermitInvalid):
            return False
        self._heard = now
        return True


def by_id(raw: bytes) -> Mapping[str, PublishedKey]:
    """Return the keys of a JWK set by their ids.

    Raises:
        RecordInvalid: it is none.
    """
    return {key.keyid: key for key in parse_jwks(raw)}


def _fetched(url: str) -> bytes:
    import httpx2

    try:
        # No proxies from the environment, and no redirects: the keys come from there or not at all.
        with httpx2.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            answer = client.get(url)
    except httpx2.HTTPError as error:
        raise _no_keys(type(error).__name__) from None
    if answer.status_code != 200 or len(answer.content) > _MAX_BYTES:
        raise _no_keys(f"HTTP {answer.status_code}")
    return answer.content


def _no_keys(why: str) -> PermitInvalid:
    return PermitInvalid(
        f"the keys of permits can not be had: {why}",
        reason="unknown-key",
        advice="look at the file or the address that the gateway publishes them at",
    )
