"""Private keys in files: PKCS #8 PEM (RFC 5958), Ed25519, readable by their owner alone.

The home's keys are not encrypted, since the gateway starts without anybody there; a person's key
lives outside the home and is encrypted under a passphrase (evidence format, 4).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from watchkeeper.errors import KeyUnsafe, cut
from watchkeeper.ledger.signature import keyid_of

OWNER_ONLY = 0o600


class FileSigner:
    """A private key held in memory that signs; it is never printed and never leaves."""

    __slots__ = ("_key", "_keyid", "_public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes_raw()
        self._keyid = keyid_of(self._public)

    def __repr__(self) -> str:
        return f"FileSigner({self._keyid[:16]}…)"

    def __reduce__(self) -> str:
        raise TypeError("a private key is not copied")

    @property
    def keyid(self) -> str:
        """SHA-256 of the raw public key, in hex."""
        return self._keyid

    @property
    def public_key(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`, 64 bytes."""
        return self._key.sign(message)


def create_key(path: Path) -> FileSigner:
    """Make a new key of the home and write it; durable when this returns.

    Raises:
        KeyUnsafe: there is a file of that name already, or it can not be written.
    """
    return _create(path, NoEncryption())


def load_key(path: Path) -> FileSigner:
    """Read a key of the home.

    Raises:
        KeyUnsafe: missing, unreadable, open to other users, or not an Ed25519 key.
    """
    return _load(path, None)


def create_person_key(path: Path, passphrase: str) -> bytes:
    """Make a person's key, encrypted under `passphrase`; return its raw public key.

    Raises:
        KeyUnsafe: an empty passphrase, or a file of that name already.
    """
    if not passphrase:
        raise KeyUnsafe("a person's key without a passphrase", "choose a passphrase")
    return _create(path, BestAvailableEncryption(passphrase.encode())).public_key


def load_person_key(path: Path, passphrase: str) -> FileSigner:
    """Read a person's key.

    Raises:
        KeyUnsafe: missing, open to other users, wrong passphrase, or not an Ed25519 key.
    """
    return _load(path, passphrase.encode())


def private_pem() -> tuple[FileSigner, bytes]:
    """Make a new key of a home and return it with the PEM to be written; nothing is kept."""
    key = Ed25519PrivateKey.generate()
    return FileSigner(key), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _create(path: Path, encryption: KeySerializationEncryption) -> FileSigner:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
    except FileExistsError:
        raise KeyUnsafe(f"there is a key already: {cut(path)}", "keys are never replaced") from None
    except OSError as error:
        raise KeyUnsafe(f"can not write the key {cut(path)}: {error.strerror}") from None
    with os.fdopen(fd, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(fd)
    _sync_folder(path.parent)
    return FileSigner(key)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _load(path: Path, passphrase: bytes | None) -> FileSigner:
    pem = _read_private(path)
    try:
        key = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnsafe(
            f"not a key, or not under this passphrase: {cut(path)}",
            "a person's key needs its passphrase, a home's key has none",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnsafe(f"not an Ed25519 key: {cut(path)}")
    return FileSigner(key)


def _read_private(path: Path) -> bytes:
    try:
        # Looked at through the descriptor, so that the file can not be swapped in between.
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - opens a descriptor
            found = os.fstat(file.fileno())
            _refuse_unsafe(path, found)
            return file.read(1 << 16)
    except OSError as error:
        raise KeyUnsafe(f"can not read the key {cut(path)}: {error.strerror}") from None


def _refuse_unsafe(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyUnsafe(f"not a file: {cut(path)}")
    if found.st_mode & 0o077:
        raise KeyUnsafe(
            f"a private key that others may use: {cut(path)} has mode {found.st_mode & 0o777:03o}",
            f"run `chmod 600 {path}`, and make a new key if somebody may have read it",
        )
    if found.st_uid not in {os.geteuid(), 0}:
        raise KeyUnsafe(f"a private key that belongs to another user: {cut(path)}")
