"""The store of a witness: plain files in one folder, each replaced as a whole.

witness.lock                    held by the one process that serves
name                            the witness's name
keys/witness.key                its key, 0600
logs.policy                     the logs that it knows (C2SP tlog-policy, `log` lines)
logs/<sha256 of origin>/checkpoint        what was cosigned last
logs/<sha256 of origin>/forks/<sha256>    requests that contradict it, as they came
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from watchkeeper.adapters.keys import FileSigner, create_key, load_key
from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import HomeInvalid, HomeLocked, LogUnavailable, NoteInvalid, cut
from watchkeeper.ledger.note import ED25519, VerifierKey, check_name, parse_vkey
from watchkeeper.ledger.witness.cosignature import witness_key
from watchkeeper.ledger.witness.policy import parse_policy

MAX_EVIDENCE = 100
_EMPTY_POLICY = b"# The logs that this witness knows.\nquorum none\n"


def create_witness(path: Path, name: str) -> VerifierKey:
    """Make a witness with a new key; return its verifier key.

    Raises:
        HomeInvalid: something is there already, or a name that is none.
        KeyUnsafe: the key can not be written.
    """
    try:
        check_name(name)
    except NoteInvalid as error:
        raise HomeInvalid(error.message, "a name like `witness.example/w1`") from None
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise HomeInvalid(f"there is something already: {cut(path)}", "name a folder that is new")
    files = Files()
    try:
        files.make_folder(path.absolute())
        files.make_folder(path / "keys", 0o700)
        files.make_folder(path / "logs")
        signer = create_key(path / "keys/witness.key")
        files.replace(path / "logs.policy", _EMPTY_POLICY)
        files.replace(path / "witness.lock", b"", 0o600)
        # Last: a folder without a name is no witness.
        files.replace(path / "name", f"{name}\n".encode())
    except OSError as error:
        raise HomeInvalid(f"can not make a witness: {cut(path)}: {error.strerror}") from None
    return witness_key(name, signer.public_key)


def witness_vkey(path: Path) -> VerifierKey:
    """Return the verifier key of a witness.

    Raises:
        HomeInvalid: there is no witness.
        KeyUnsafe: its key can not be used.
    """
    name, signer = _opened(path)
    return witness_key(name, signer.public_key)


def add_log(path: Path, vkey: str) -> str:
    """Let a witness know a log, from its next request on; return the log's origin.

    Raises:
        NoteInvalid: not the verifier key of a log.
        PolicyInvalid: the log is known already, under this key or another.
        HomeInvalid: there is no witness.
    """
    key = parse_vkey(vkey)
    if key.kind != ED25519:
        raise NoteInvalid(f"not the verifier key of a log: {cut(vkey)}", "")
    _opened(path)
    with _changing(path):
        before = (path / "logs.policy").read_bytes()
        if parse_policy(before).log_key(key.name) is not None:
            raise HomeInvalid(f"a log of this origin is known already: {cut(key.name)}", "")
        after = f"log {key}\n".encode() + before
        parse_policy(after)
        Files().replace(path / "logs.policy", after)
    return key.name


def open_witness(path: Path, files: Files | None = None) -> FolderStore:
    """Open a witness's store for serving.

    Raises:
        HomeInvalid: there is no witness.
        HomeLocked: another process serves it.
        KeyUnsafe: its key can not be used.
        PolicyInvalid: its file of logs does not parse.
    """
    name, signer = _opened(path)
    parse_policy((path / "logs.policy").read_bytes())
    lock = os.open(path / "witness.lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            raise HomeLocked(
                f"another process serves the witness {cut(path)}", "stop it first"
            ) from None
        raise LogUnavailable(f"can not lock {cut(path)}: {error.strerror}") from None
    return FolderStore(path, name, signer, lock, files or Files())


class FolderStore:
    """The store of one witness (`ports.WitnessStore`); every read looks at the disk."""

    def __init__(self, path: Path, name: str, signer: FileSigner, lock: int, files: Files) -> None:
        self._path, self._lock, self._files = path, lock, files
        self._name, self._signer = name, signer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The witness's name."""
        return self._name

    @property
    def signer(self) -> FileSigner:
        """The witness's key."""
        return self._signer

    def policy(self) -> bytes:
        """Return the policy file that names the logs, as it is now."""
        return (self._path / "logs.policy").read_bytes()

    def last(self, origin: str) -> bytes | None:
        """Return the checkpoint of a log that was cosigned last, or None."""
        try:
            return (self._folder(origin) / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, origin: str, checkpoint: bytes) -> None:
        """Replace what was cosigned last; durable when this returns."""
        folder = self._folder(origin)
        self._files.make_folder(folder)
        self._files.replace(folder / "checkpoint", checkpoint)

    def keep_evidence(self, origin: str, request: bytes) -> None:
        """Keep a request that contradicts what was cosigned; the first hundred of each log."""
        forks = self._folder(origin) / "forks"
        self._files.make_folder(forks)
        path = forks / hashlib.sha256(request).hexdigest()
        if not path.exists() and sum(1 for _ in forks.iterdir()) < MAX_EVIDENCE:
            self._files.replace(path, request)

    def close(self) -> None:
        """Let go of the store."""
        with suppress(OSError):
            os.close(self._lock)

    def _folder(self, origin: str) -> Path:
        return self._path / "logs" / hashlib.sha256(origin.encode()).hexdigest()


def _opened(path: Path) -> tuple[str, FileSigner]:
    try:
        name = (path / "name").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise HomeInvalid(
            f"not a witness: {cut(path)}", "`watchkeeper witness init` makes one"
        ) from None
    return check_name(name), load_key(path / "keys/witness.key")


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Change the file of logs alone; a process that serves reads it all the same."""
    fd = os.open(path / "name", os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
