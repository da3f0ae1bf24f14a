"""The secret under which a home makes the digests that it recognises retries by.

Such a digest has to outlive the payload that it was made from (I3), and an idempotency key may be
an order number: without the secret nobody can tell which. It stands with the home's keys, 32
bytes in hex, readable by its owner alone, and never changes.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from watchkeeper.errors import KeyUnsafe, cut
from watchkeeper.ledger.canonical import keyed_digest

SECRET_BYTES = 32
_NAMED = b"the secret of\n"


def name_of(secret: bytes, origin: str) -> str:
    """Return what a log's first record names a home's secret by, without giving it away."""
    return keyed_digest(secret, _NAMED + origin.encode())


def create_secret(path: Path, secret: bytes) -> None:
    """Write a home's secret; durable, with its folder synced by the caller, when this returns.

    Raises:
        KeyUnsafe: there is one already, or it can not be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(path, flags, 0o600)
    except OSError as error:
        raise KeyUnsafe(f"can not write the secret {cut(path)}: {error.strerror}") from None
    with os.fdopen(fd, "wb") as file:
        file.write(secret.hex().encode() + b"\n")
        file.flush()
        os.fsync(fd)


def load_secret(path: Path) -> bytes:
    """Read a home's secret.

    Raises:
        KeyUnsafe: missing, open to other users, or no secret.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - opens a descriptor
            found = os.fstat(file.fileno())
            text = file.read(1024)
    except OSError as error:
        raise KeyUnsafe(
            f"can not read the secret {cut(path)}: {error.strerror}",
            "put it back: without it no retry of an earlier action is recognised",
        ) from None
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
        raise KeyUnsafe(f"a secret that others may read: {cut(path)}", f"run `chmod 600 {path}`")
    return _parsed(path, text)


def _parsed(path: Path, text: bytes) -> bytes:
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise KeyUnsafe(f"not the secret of a home: {cut(path)}", "put it back from a copy")
    return secret
