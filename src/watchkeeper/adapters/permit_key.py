"""The home's own key for permits, and the file that says its public half to tool servers.

It lives in `keys/permit.key`, or where `keys/permit.uri` says; it is made when it is first
needed. The public keys stand in `permits.jwks` of the home: not in a shard's published log, since
they are not of one shard.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from watchkeeper.adapters.keys import TokenAccess, create_key, open_signer
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import KeyUnsafe, RecordInvalid
from watchkeeper.ledger.permit import PublishedKey, parse_jwks, render_jwks
from watchkeeper.ports import Signer

_KEY = "permit.key"
_URI = "permit.uri"
PUBLISHED = "permits.jwks"


class HomePermitKeys:
    """Opens the key where it lives, again where another one was put there meanwhile."""

    def __init__(self, home: Path, access: TokenAccess, now: Callable[[], int]) -> None:
        self._home, self._folder, self._access, self._now = home, home / "keys", access, now
        self._files = Files()
        self._stamp: tuple[tuple[int, int], ...] | None = None
        self._signer: Signer | None = None
        self._published = b""

    def signer(self) -> Signer:
        """Return the key that signs permits now; its public half is published by then.

        Raises:
            KeyUnavailable, KeyUnsafe, SettingsInvalid: it is not there, or can not be published.
        """
        stamp = self._stamped()
        if self._signer is not None and stamp and stamp == self._stamp:
            return self._signer
        if not stamp:
            create_key(self._folder / _KEY)
            stamp = self._stamped()
        signer = open_signer(self._uri(), self._folder, self._access)
        self._publish(signer)
        self._signer, self._stamp = signer, stamp
        return signer

    def published(self) -> bytes:
        """Return the JWK set: the key of now, and those before it that still count."""
        self.signer()
        return self._published

    def _stamped(self) -> tuple[tuple[int, int], ...]:
        """Return what changes when another key is put there; empty where there is none."""
        found = []
        for name in (_URI, _KEY):
            try:
                said = (self._folder / name).stat()
            except FileNotFoundError:
                continue
            found.append((said.st_ino, said.st_mtime_ns))
        return tuple(found)

    def _uri(self) -> str:
        try:
            return (self._folder / _URI).read_text("utf-8").strip()
        except FileNotFoundError:
            return f"file:{_KEY}"
        except (OSError, UnicodeDecodeError):
            raise KeyUnsafe("can not read where the key for permits lives") from None

    def _publish(self, signer: Signer) -> None:
        """Write the public keys where they are not what stands there; those that ended go."""
        path, now = self._home / PUBLISHED, self._now()
        try:
            before = path.read_bytes()
            known = parse_jwks(before)
        except FileNotFoundError:
            before, known = b"", ()
        except (OSError, RecordInvalid):
            raise KeyUnsafe(
                f"`{PUBLISHED}` of the home is no JWK set", "remove it: it is written again"
            ) from None
        others = [k for k in known if k.keyid != signer.keyid and (k.until or 0) > now]
        text = render_jwks([PublishedKey(signer.public_key), *others])
        if text != before:
            try:
                self._files.replace(path, text)
            except OSError as error:
                why = os.strerror(error.errno or 0)
                raise KeyUnsafe(f"can not publish the key for permits: {why}") from None
        self._published = text
