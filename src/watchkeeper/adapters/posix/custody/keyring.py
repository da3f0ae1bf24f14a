"""The private keys of a home on its disk: where each lives, which is to sign, which come next.

`keys/record.uri` and `keys/log.uri` say where a key lives; without them it is `record.key` or
`log.key` beside them. `keys/record.next` names a key that is durable and does not count yet. A
crash between any two steps leaves either the old state or one that the next start finishes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from watchkeeper.adapters.keys import TokenAccess, open_signer, private_pem
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import KeyUnsafe, LedgerError, cut
from watchkeeper.ports import Signer
from watchkeeper.records.custody import OldKey

RECORD, LOG = "record", "log"
_OWNER_ONLY = 0o600
_SHOWN = 16


class Keyring:
    """The keys in one home's folder `keys`."""

    def __init__(self, files: Files, folder: Path, access: TokenAccess | None = None) -> None:
        self._files, self._folder = files, folder
        self._access = access or TokenAccess()

    def uri(self, use: str) -> str:
        """Return where the key lives that signs records, or the log."""
        return self._pointed(f"{use}.uri") or f"file:{use}.key"

    def log_signer(self, named: Callable[[Signer], bool]) -> Signer:
        """Open the key that signs checkpoints; finish a change that a crash cut short.

        `named` tells whether the newest shard's genesis names a key.

        Raises:
            KeyUnsafe, KeyUnavailable: as `open_signer` says.
        """
        signer, upcoming = self._open(self.uri(LOG)), self._pointed("log.next")
        if upcoming is not None and not named(signer) and named(self._open(upcoming)):
            self.use_log_key(upcoming)
            return self._open(upcoming)
        return signer

    def current(self, in_force: Collection[str]) -> Signer:
        """Open the key whose id is in force, and leave everything as it is.

        Raises:
            KeyUnsafe, KeyUnavailable: it is not there.
        """
        for named in (self.uri(RECORD), self._pointed("record.next")):
            if named is None:
                continue
            signer = self._open(named)
            if signer.keyid in in_force:
                return signer
        raise KeyUnsafe(
            "the record key in force is not there", "put back the key that this home signs with"
        )

    def record_signer(self, in_force: Collection[str], old: OldKey | None) -> Signer:
        """Open the key whose id is in force; finish a change that a crash cut short.

        `old` is what the newest rotation said becomes of the key before.

        Raises:
            KeyUnsafe, KeyUnavailable: no key in force is there.
        """
        try:
            signer = self._open(self.uri(RECORD))
        except LedgerError:
            upcoming = self.upcoming()
            if upcoming is None or upcoming.keyid not in in_force:
                raise
            signer = upcoming
        if signer.keyid in in_force:
            named = self._pointed("record.next")
            if named is not None and named == self._pointed("record.uri"):
                self._drop_pointer("record.next")
            self._tidy(old)
            return signer
        upcoming = self.upcoming()
        if upcoming is None or upcoming.keyid not in in_force:
            raise KeyUnsafe(
                f"the record key {cut(signer.keyid)} is not the one in force",
                "put back the key that this home signs with",
            )
        self.take_over(old)
        return upcoming

    def prepare(self, uri: str | None) -> Signer:
        """Make a new record key, or open the one that `uri` names, and note it as the next.

        Durable when this returns; it does not count yet.

        Raises:
            KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
        """
        return self._note_next(RECORD, uri)[1]

    def upcoming(self) -> Signer | None:
        """Open the key that was prepared, or None if none was."""
        named = self._pointed("record.next")
        return None if named is None else self._open(named)

    def take_over(self, old: OldKey | None) -> None:
        """The key that was prepared is the one in force: point to it and put the old one away."""
        named = self._pointed("record.next")
        if named is not None:
            self._point("record.uri", named)
            self._drop_pointer("record.next")
        self._tidy(old)

    def new_log_key(self) -> tuple[str, Signer]:
        """Make a key for the checkpoints of the next shard; return where it lives, and the key.

        Durable when this returns, and not in use yet. A log names its key in its genesis, so
        another key means another shard. Whoever begins the shard writes the genesis with this key
        and then calls `use_log_key`; after a crash in between, `log_signer` does.

        Raises:
            KeyUnsafe: it can not be kept.
        """
        return self._note_next(LOG, None)

    def use_log_key(self, uri: str) -> None:
        """From now on the key that `uri` names signs checkpoints; the one before is put away."""
        self._point("log.uri", uri)
        self._drop_pointer("log.next")
        self._put_away(LOG, uri, OldKey.RETIRED)

    def name_key(self, use: str, uri: str) -> Signer:
        """Open the key that `uri` names and note it as the one of a home that is being made."""
        signer = self._open(uri)
        self._point(f"{use}.uri", uri)
        return signer

    def _note_next(self, use: str, uri: str | None) -> tuple[str, Signer]:
        """Make a key, or open the one that `uri` names, and note durably that it comes next."""
        try:
            named = uri or self._create(use)
            signer = self._open(named)
            self._point(f"{use}.next", named)
        except OSError as error:
            raise KeyUnsafe(f"can not write the new key: {error.strerror}") from None
        return named, signer

    def _create(self, use: str) -> str:
        signer, pem = private_pem()
        path = self._folder / f"{use}-{signer.keyid[:_SHOWN]}.key"
        fd = self._files.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            self._files.write(fd, pem)
            self._files.sync(fd)
        finally:
            self._files.close(fd)
        self._files.sync_folder(self._folder)
        return f"file:{path.name}"

    def _open(self, uri: str) -> Signer:
        return open_signer(uri, self._folder, self._access)

    def _pointed(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise KeyUnsafe(f"can not read where a key lives: {cut(name)}") from None

    def _point(self, name: str, uri: str) -> None:
        self._files.replace(self._folder / name, f"{uri}\n".encode(), _OWNER_ONLY)

    def _drop_pointer(self, name: str) -> None:
        path = self._folder / name
        if path.exists():
            self._files.call("unlink", os.unlink, path)
        self._files.sync_folder(self._folder)

    def _tidy(self, old: OldKey | None) -> None:
        """Put away every record key in a file that is neither in use nor the next."""
        self._put_away(RECORD, self.uri(RECORD), old or OldKey.RETIRED)

    def _put_away(self, use: str, in_use: str, old: OldKey) -> None:
        kept = {in_use.removeprefix("file:")}
        kept.add((self._pointed(f"{use}.next") or "").removeprefix("file:"))
        ours = [self._folder / f"{use}.key", *self._folder.glob(f"{use}-{'?' * _SHOWN}.key")]
        for path in ours:
            if path.name in kept or not path.exists():
                continue
            if old is OldKey.DESTROYED:
                self._files.call("unlink", os.unlink, path)
            else:
                retired = self._folder / "retired"
                self._files.make_folder(retired, 0o700)
                self._files.call("rename", os.replace, path, _free_name(retired, path.name))
                self._files.sync_folder(retired)
            self._files.sync_folder(self._folder)


def _free_name(folder: Path, name: str) -> Path:
    """Return a path that nothing stands at: a retired key is never written over."""
    path, count = folder / name, 0
    while path.exists():
        count += 1
        path = folder / f"{name.removesuffix('.key')}.{count}.key"
    return path
