"""Where a home stands: a mark that a copy, or a restore to another place, does not match.

The mark is a salted digest of the machine's id, the file system and the inode of the home's
folder. It names no machine to anybody who reads it, and it is no secret: it finds accidents, and
whoever holds the home's keys can forge it. A checkpoint kept elsewhere is what finds the rest.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import HomeInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical, parse_json
from watchkeeper.records.custody import Doubt, DoubtKind

_SALT_BYTES = 16
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


class Place:
    """The mark of one home. `machine` stands for the machine's own id where it is given."""

    def __init__(self, files: Files, root: Path, machine: str | None) -> None:
        self._files, self._root = files, root
        self._path = root / "place"
        self._machine = machine

    def doubt(self) -> Doubt | None:
        """Return what speaks against this being where the home stood, or None.

        A home without a mark gets one.

        Raises:
            HomeInvalid: the mark can not be read.
        """
        marked = self._marked()
        if marked is None:
            self.mark()
            return None
        salt, place = marked
        here = self._here(salt)
        if hmac.compare_digest(here, place):
            return None
        return Doubt(DoubtKind.MOVED, here, "another machine or folder")

    def mark(self) -> None:
        """Note that the home stands here; durable when this returns."""
        marked = self._marked()
        salt = os.urandom(_SALT_BYTES).hex() if marked is None else marked[0]
        body = canonical({"place": self._here(salt), "salt": salt})
        self._files.replace(self._path, body, 0o600)

    def _here(self, salt: str) -> str:
        folder = self._root.stat()
        # The id of the file system outlives a boot where the device's number may not.
        system = os.statvfs(self._root).f_fsid or folder.st_dev
        text = f"{self._machine or _machine_id()}\n{system}\n{folder.st_ino}\n"
        return hmac.new(bytes.fromhex(salt), text.encode(), hashlib.sha256).hexdigest()

    def _marked(self) -> tuple[str, str] | None:
        try:
            found = parse_json(self._path.read_bytes())
            bytes.fromhex(found["salt"])
            return found["salt"], str(found["place"])
        except FileNotFoundError:
            return None
        except (RecordInvalid, KeyError, TypeError, ValueError):
            raise HomeInvalid(
                f"the mark of where the home stands can not be read: {cut(self._path)}",
                "remove it if nothing else speaks against this home: it is made anew",
            ) from None


def _machine_id() -> str:
    for path in _MACHINE_IDS:
        try:
            found = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if found:
            return found
    return ""
