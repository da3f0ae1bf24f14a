"""Whether a home is the newest there is: checkpoints kept elsewhere, and where it stands."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.adapters.posix.custody.place import Place
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import LedgerError, LogUnavailable, NoteInvalid, ProofInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    log_key,
    open_checkpoint,
    origin_parts,
    parse_checkpoint_unverified,
    render_checkpoint,
)
from watchkeeper.ledger.merkle import consistency_proof, verify_consistency
from watchkeeper.ledger.note import VerifierKey, parse_vkey
from watchkeeper.ledger.tiles import nodes_from_tiles
from watchkeeper.records.custody import Doubt, DoubtKind

_log = logging.getLogger("watchkeeper.log")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A checkpoint of this log that was seen somewhere: where, and the signed note."""

    where: str
    note: bytes


@dataclass(frozen=True, slots=True)
class Watch:
    """What a home is held against when it is opened.

    Each published checkpoint is also kept at `kept`, which the home then notes in its file
    `elsewhere`; without either, in a folder of its own below `state`. `machine` stands for the
    machine's id. `sightings` are checkpoints that others have seen, a witness for example.
    """

    state: Path | None = None
    kept: Path | None = None
    machine: str | None = None
    sightings: tuple[Sighting, ...] = ()

    def path(self, key: VerifierKey) -> Path | None:
        """Return where the newest checkpoint of the log with this key is kept by itself.

        It is one place for all shards of a home, so that a home is recognised that was restored
        from before its newest shard was begun.
        """
        if self.state is None:
            return None
        first = str(log_key(f"{origin_parts(key.name)[0]}/0", key.public))
        return self.state / sha256_hex(first.encode())[:32] / "newest.checkpoint"


class Watcher:
    """Holds one open home against what was seen elsewhere, and keeps its checkpoints there."""

    def __init__(self, files: Files, layout: Layout, key: VerifierKey, watch: Watch) -> None:
        self._files, self._layout, self._key = files, layout, key
        self._kept = self._noted(watch.kept) or watch.path(key)
        self._place = Place(files, layout.root, watch.machine)
        self._sightings = watch.sightings
        self._keeping = False
        self._last: bytes | None = None
        self.doubts: tuple[Doubt, ...] = ()

    def _noted(self, kept: Path | None) -> Path | None:
        """Return the path that was named now, or at an earlier start."""
        note = self._layout.root / "elsewhere"
        found = _read(note)
        if kept is not None:
            text = f"{kept.absolute()}\n".encode()
            if text != found:
                self._files.replace(note, text, 0o600)
            return kept.absolute()
        return None if found is None else Path(os.fsdecode(found.rstrip(b"\n")))

    def look(self) -> None:
        """Compare; `doubts` says what speaks against this home. With none, keeping begins.

        Raises:
            NoteInvalid: what is kept is no checkpoint of this log.
            LogUnavailable: it can not be read.
            HomeInvalid: the mark of the home's place can not be read.
        """
        seen = [self._doubt(sighting) for sighting in self._seen()]
        found = [*seen, self._place.doubt()]
        self.doubts = tuple(doubt for doubt in found if doubt is not None)
        self._keeping = not self.doubts

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint that was published; a failure is logged and tried with the next.

        Where another one stands there than we kept, a copy of this home may be at work.
        """
        if not self._keeping or self._kept is None:
            return
        try:
            if self._last is not None and _read(self._kept) != self._last:
                self.look()
            if self._keeping:
                self._files.make_folder(self._kept.parent, 0o700)
                self._files.replace(self._kept, note, 0o600)
                self._last = note
        except OSError as error:
            _log.warning("the checkpoint can not be kept at %s: %s", self._kept, error.strerror)
        except LedgerError as error:
            _log.warning("%s", error)

    def succeeded(self, note: bytes) -> None:
        """Keep the first checkpoint of the next shard where this shard's were kept.

        Where the key of the checkpoints changed with the shard, that is another place.
        """
        if self._keeping and self._kept is not None:
            try:
                self._files.replace(self._kept, note, 0o600)
            except OSError as error:
                _log.warning("nothing can be kept at %s: %s", self._kept, error.strerror)

    def settle(self) -> None:
        """A person took the home up again: what spoke against it is set aside, nothing is lost.

        Raises:
            OSError: the disk fails; the next start settles it.
        """
        if self._kept is not None and self._kept.exists():
            aside = _free(self._kept.with_name(f"before-adoption.{self._kept.name}"))
            self._files.call("rename", os.replace, self._kept, aside)
            self._files.sync_folder(self._kept.parent)
        self._place.mark()
        self.doubts, self._keeping, self._last = (), True, None
        note = _read(self._layout.log / "checkpoint")
        if note is not None:
            self.keep(note)

    def _seen(self) -> Iterator[Sighting]:
        sightings = list(self._sightings)
        note = None if self._kept is None else _read(self._kept)
        if note is not None:
            sightings.insert(0, Sighting(str(self._kept), note))
        yield from sightings

    def _doubt(self, sighting: Sighting) -> Doubt | None:
        """Return what a checkpoint that was seen says against this home, or None.

        Raises:
            NoteInvalid: it is no checkpoint of this home.
        """
        where = sighting.where
        try:
            seen = parse_checkpoint_unverified(sighting.note)[0]
            name, shard = origin_parts(seen.origin)
            if name == origin_parts(self._key.name)[0] and shard > self._layout.shard:
                # Its key may be one that a home from before that shard can not know.
                return _said(DoubtKind.AHEAD, f"{where}, of shard {shard}", seen)
            seen = self._opened(sighting.note, shard)
        except NoteInvalid as error:
            raise NoteInvalid(
                f"{cut(where)} is no checkpoint of this log: {error.message}",
                "name another file, or move it away if it is another log's",
            ) from None
        layout = Layout(self._layout.root, shard)
        raw = _read(layout.log / "checkpoint")
        if raw is None and shard < self._layout.shard:
            return None  # an older shard that was moved away: it was held against this before
        return _against(self._opened(raw or b"", shard), layout, where, seen)

    def _opened(self, note: bytes, shard: int) -> Checkpoint:
        """Open a checkpoint of this shard, or of an older one of the same home.

        Raises:
            NoteInvalid: it is of another log, or signed with another key.
        """
        if shard >= self._layout.shard:
            return open_checkpoint(note, self._key)
        origin = f"{origin_parts(self._key.name)[0]}/{shard}"
        claimed = _read(Layout(self._layout.root, shard).log / "log.vkey")
        if claimed is None:
            return open_checkpoint(note, log_key(origin, self._key.public))
        return open_checkpoint(note, parse_vkey(claimed.decode(errors="replace").strip()), origin)


def _against(own: Checkpoint, layout: Layout, where: str, seen: Checkpoint) -> Doubt | None:
    """Return what a checkpoint says against a shard whose own newest one is `own`."""
    if seen.size > own.size:
        kind = DoubtKind.AHEAD
    elif seen.size == 0 or _extends(own, layout, seen):
        return None
    else:
        kind = DoubtKind.FORKED
    return _said(kind, where, seen)


def _said(kind: DoubtKind, where: str, seen: Checkpoint) -> Doubt:
    root = base64.b64encode(seen.root).decode()
    return Doubt(kind, sha256_hex(render_checkpoint(seen).encode()), where, seen.size, root)


def _extends(own: Checkpoint, layout: Layout, seen: Checkpoint) -> bool:
    def read(path: str) -> bytes:
        return (layout.log / path).read_bytes()

    try:
        proof = consistency_proof(seen.size, own.size, nodes_from_tiles(own.size, read))
        verify_consistency(seen.size, own.size, seen.root, own.root, proof)
    except ProofInvalid:
        return False
    return True


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LogUnavailable(
            f"{cut(path)} can not be read: {error.strerror}", "see that it can be read"
        ) from None


def _free(path: Path) -> Path:
    found, count = path, 0
    while found.exists():
        count += 1
        found = path.with_name(f"{path.name}.{count}")
    return found
