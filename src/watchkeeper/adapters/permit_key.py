"""The home's own key for permits, and the file that says its public half to tool servers.

It lives in `keys/permit.key`, or where `keys/permit.uri` says; it is made when it is first
needed. The public keys stand in `permits.jwks` of the home: not in a shard's published log, since
they are not of one shard.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from watchkeeper.adapters.keys import TokenAccess, open_signer, private_pem
from watchkeeper.adapters.keys.files import OWNER_ONLY
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import KeyUnsafe, RecordInvalid
from watchkeeper.ledger.permit import PublishedKey, parse_jwks, render_jwks
from watchkeeper.ports import Signer

_KEY = "permit.key"
_URI = "permit.uri"
PUBLISHED = "permits.jwks"
KEEP_SECONDS = 1200
"""Twice what the longest permit is good for."""


class HomePermitKeys:
    """Opens the key where it lives, again where another one was put there meanwhile."""

    def __init__(self, home: Path, access: TokenAccess, now: Callable[[], int]) -> None:
        self._home, self._folder, self._access, self._now = home, home / "keys", access, now
        self._files = Files()
        self._stamp: tuple[tuple[int, int], ...] | None = None
        self._signer: Signer | None = None

    def signer(self) -> Signer:
        """Return the key that signs permits now; its public half is published by then.

        Raises:
            KeyUnavailable, KeyUnsafe, SettingsInvalid: it is not there, or can not be published.
        """
        stamp = self._stamped()
        if self._signer is not None and stamp and stamp == self._stamp:
            return self._signer
        if not stamp:
            self._create(_KEY)
            stamp = self._stamped()
        signer = open_signer(self._uri(), self._folder, self._access)
        self._publish(signer)
        self._signer, self._stamp = signer, stamp
        return signer

    def published(self) -> bytes:
        """Return the JWK set: the key of now, and those before it that still count."""
        self.signer()
        try:
            # As it stands: another process may have taken a key away.
            return (self._home / PUBLISHED).read_bytes()
        except OSError:
            self._signer = None
            raise KeyUnsafe(f"`{PUBLISHED}` of the home can not be read") from None

    def rotate(self, to: str | None, *, keep: bool) -> Signer:
        """Sign with another key from now on: a new one, or the one that `to` names.

        With `keep` what the old key signed goes on counting until it has run out; without, it
        counts no more. A gateway that runs takes the new key up with its next permit. A key in a
        file is removed once nothing is signed with it any more.

        Raises:
            KeyUnavailable, KeyUnsafe, SettingsInvalid: as `signer`.
        """
        old, uri = self._uri(), to
        if uri is None:
            name = f"permit-{os.urandom(8).hex()}.key"
            self._create(name)
            uri = f"file:{name}"
        signer = open_signer(uri, self._folder, self._access)
        try:
            self._files.replace(self._folder / _URI, f"{uri}\n".encode(), OWNER_ONLY)
            file = self._folder / old.removeprefix("file:")
            if old.startswith("file:") and file.parent == self._folder and uri != old:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise KeyUnsafe(f"can not change the key: {os.strerror(error.errno or 0)}") from None
        self._publish(signer, keep=keep)
        return signer

    def _create(self, name: str) -> None:
        """Make a key in a file: the whole of it, or nothing, also after a crash."""
        _, pem = private_pem()
        try:
            self._files.replace(self._folder / name, pem, OWNER_ONLY)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise KeyUnsafe(f"can not write the key for permits: {why}") from None

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

    def _publish(self, signer: Signer, *, keep: bool = True) -> None:
        """Write the public keys where they are not what stands there; those that ended go.

        The one that was in use until now counts for as long as what it signed may.
        """
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
        others = [
            replace(key, until=now + KEEP_SECONDS) if key.until is None else key
            for key in known
            if keep and key.keyid != signer.keyid and (key.until is None or key.until > now)
        ]
        text = render_jwks([PublishedKey(signer.public_key), *others])
        if text != before:
            try:
                self._files.replace(path, text)
            except OSError as error:
                why = os.strerror(error.errno or 0)
                raise KeyUnsafe(f"can not publish the key for permits: {why}") from None
