"""A checkpoint that is kept from one visit to the next: what holds the log to its own past."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.verify.report import Status, Verification

OLDER = 5


class Kept:
    """The kept checkpoint of one log, in one file.

    `older` is what the next verification must be given; `settle` takes its result. The file is
    advanced, atomically, only where everything held and was held against the kept checkpoint
    (a bundle with gaps can not be), and never to fewer records; a checkpoint that contradicts the
    kept one is kept beside it, as evidence. It goes on to a later shard where each shard from the
    kept one's on was held against the one before.
    """

    def __init__(self, path: Path) -> None:
        """Read what is kept.

        Raises:
            NoteInvalid: there is a file, and it is no checkpoint.
        """
        self._path = path
        self._kept: bytes | None = path.read_bytes() if path.exists() else None
        if self._kept is not None:
            parse_checkpoint_unverified(self._kept)

    @property
    def older(self) -> list[bytes]:
        """The kept checkpoint, if there is one."""
        return [] if self._kept is None else [self._kept]

    def settle(self, found: Verification) -> str:
        """Keep what held, or what contradicts; return a line that says which."""
        if not found.ok:
            return self._evidence(found)
        if self._kept is not None:
            if any(one.number == OLDER and one.status is not Status.CHECKED for one in found.steps):
                return "kept: still the one before, since this does not show that it extends it"
            before, _ = parse_checkpoint_unverified(self._kept)
            if found.origin == before.origin and found.size <= before.size:
                return f"kept: still the checkpoint over {before.size} records"
            if found.origin != before.origin and not _reaches(found, before.origin):
                return "kept: still the one before: a shard between that one and these is not here"
        self._write(self._path, found.checkpoint)
        return f"kept: the checkpoint over {found.size} records, in {self._path}"

    def _evidence(self, found: Verification) -> str:
        against = self._against(found)
        if against is None or not any(one.step == OLDER for one in found.findings):
            return "kept: nothing, since this log does not hold"
        name = hashlib.sha256(against).hexdigest()[:16]
        beside = self._path.with_name(f"{self._path.name}.{name}.contradicts")
        self._write(beside, against)
        return f"kept as evidence: the checkpoint that contradicts the one before, in {beside}"

    def _against(self, found: Verification) -> bytes | None:
        """Return the checkpoint that was found of the log and shard that the kept one is of."""
        if self._kept is None:
            return None
        origin = parse_checkpoint_unverified(self._kept)[0].origin
        seen = {found.origin: found.checkpoint}
        seen |= {shard.origin: shard.checkpoint for shard in found.shards}
        return seen.get(origin)

    def _write(self, path: Path, raw: bytes) -> None:
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        with new.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def _reaches(found: Verification, origin: str) -> bool:
    """Tell whether every shard after the one of this origin was held against the one before."""
    origins = [shard.origin for shard in found.shards]
    return origin in origins and all(
        shard.follows for shard in found.shards[origins.index(origin) + 1 :]
    )
