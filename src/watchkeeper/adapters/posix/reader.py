"""Reading a home without its lock, while another process may write it."""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from watchkeeper.adapters.posix.custody import Keyring, KeyScan
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout, newest_shard, numbers_here
from watchkeeper.adapters.posix.recovery import read_genesis
from watchkeeper.adapters.posix.segments import Places, read_after, read_at
from watchkeeper.adapters.posix.snapshots import (
    Snapshot,
    keep_snapshot,
    load_snapshot,
    snapshot_of,
)
from watchkeeper.errors import HomeInvalid, LedgerError, LogUnavailable, cut
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import read_own_record
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_history import genesis_keys
from watchkeeper.ledger.merkle import leaf_hash
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload

SYNCED = struct.Struct(">QQ")
"""The file `synced`: 1 while a writer has the shard open, and how many records are durable."""


def entry_of(frame: Frame, shard: int) -> Entry:
    """Parse what a frame holds. The signature is for `verify` to check."""
    ref, record = Ref(shard, frame.index), read_own_record(frame.envelope)
    body = parse_json_unverified(frame.payload) if frame.payload else None
    erased = parse_stub(body)
    if body is None or erased is not None:
        return Entry(ref, record, None, erased)
    return Entry(ref, record, Payload(body))


def read_home(path: Path) -> ReadOnlyLog:
    """Open a home for reading; nothing is locked, changed or repaired.

    Raises:
        HomeInvalid: no home.
    """
    layout = newest_shard(Path(path))
    if not layout.lock.is_file():
        raise HomeInvalid(f"not a home: {cut(path)}")
    return read_shard(layout.root, layout.shard)


def read_shard(root: Path, number: int) -> ReadOnlyLog:
    """Open one shard of a home for reading.

    Raises:
        HomeInvalid: it is not here.
    """
    layout, files = Layout(root, number), Files()
    if not layout.segments.is_dir():
        raise HomeInvalid(
            f"shard {number} of {cut(root)} is not here",
            "put it back from where older shards were moved to",
        )
    try:
        return ReadOnlyLog(layout, files, read_genesis(files, layout))
    except OSError as error:
        raise LogUnavailable(f"can not read the home {cut(root)}: {error.strerror}") from None


class ReadOnlyLog:
    """The synced records of a home, or of one of its older shards.

    `record_keys` are the raw public keys that sign its envelopes, by key id; `log_vkey` is the
    verifier key of its checkpoints. Both are what the home itself claims.
    """

    def __init__(self, layout: Layout, files: Files, genesis: GenesisRecord) -> None:
        self.layout, self.genesis = layout, genesis
        self.record_keys = genesis_keys(genesis)
        self.log_vkey = genesis.log_key
        self._files = files
        self._looking = threading.Lock()
        self._readings: list[_Reading] = []
        self._kept = self._load()
        self._places = Places() if self._kept is None else Places.restored(self._kept.places)

    @property
    def origin(self) -> str:
        """The log's origin, `<name>/<shard>`."""
        return self.genesis.origin

    @property
    def size(self) -> int:
        """How many records can be read now."""
        self._look()
        return len(self._places)

    @property
    def shard(self) -> int:
        """The number of the shard."""
        return self.genesis.shard

    @property
    def shards(self) -> tuple[int, ...]:
        """The numbers of the home's shards that are here, the newest last."""
        return numbers_here(self.layout.root)

    def entries(self, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
        """Read records in order from `start`, up to what was synced when the reading began.

        Raises:
            HomeInvalid: the shard is not here.
        """
        if shard not in {None, self.shard}:
            yield from read_shard(self.layout.root, shard or 0).entries(start)
            return
        reading = _Reading(start)
        self._readings.append(reading)
        for frame in self.frames(start):
            reading.take(frame)
            yield entry_of(frame, self.genesis.shard)

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Read frames in order from `start`.

        Raises:
            FrameInvalid: damage, with file and offset.
        """
        limit = self._limit()
        known = self._places.before(start)
        for _, frame in read_after(self._files, self.layout, known, limit=limit):
            if frame.index >= start:
                yield frame

    def size_of(self, shard: int) -> int:
        """How many records a shard has.

        Raises:
            HomeInvalid: the shard is not here.
        """
        return self.size if shard == self.shard else read_shard(self.layout.root, shard).size

    def snapshot(self, shard: int | None = None) -> tuple[int, bytes] | None:
        """Return how many records a snapshot counts, and the state that it holds, or None."""
        if shard not in {None, self.shard}:
            return read_shard(self.layout.root, shard or 0).snapshot()
        kept = self._kept
        return None if kept is None else (kept.count, kept.state)

    def keep(self, state: bytes, size: int, keyring: Keyring) -> None:
        """Write a snapshot of the first `size` records, which `state` is what they add up to.

        Raises:
            LedgerError: the key that is in force after them is not there, or what was read for the
                state is not what the tree is made of.
            OSError: the disk fails.
        """
        tree, keys = TileTree(), KeyScan(self.genesis)
        if self._kept is not None:
            tree = self._kept.tree()
            keys.resume(self.frame(index) for index in self._kept.rotations)
        again = [_Reading(reading.start) for reading in self._readings]
        for frame in self.frames(min([tree.size, *(reading.start for reading in again)])):
            if frame.index == size:
                break
            for was, reading in zip(self._readings, again, strict=True):
                if frame.index < was.end:
                    reading.take(frame)
            if frame.index >= tree.size:
                tree.append(leaf_hash(frame.envelope))
                keys.take(frame)
        if any(was != reading for was, reading in zip(self._readings, again, strict=True)):
            raise LedgerError("records changed between reading them and counting them")
        signer = keyring.current({term.keyid for term in keys.history.in_force()})
        changes = keys.history.changes()
        made = snapshot_of(self.layout, self.frame, self._places, tree, changes, state)
        keep_snapshot(self._files, self.layout, made, signer)

    def entry(self, ref: Ref) -> Entry:
        """Read one record.

        Raises:
            LedgerError: there is no such record, or its shard is not here.
        """
        if ref.shard != self.shard:
            return read_shard(self.layout.root, ref.shard).entry(ref)
        return entry_of(self.frame(ref.index), ref.shard)

    def frame(self, index: int) -> Frame:
        """Read one frame."""
        if not 0 <= index < len(self._places):
            self._look()
        if not 0 <= index < len(self._places):
            raise LedgerError(f"no record {index} in a log of {len(self._places)}")
        return read_at(self._files, self.layout, self._places, index)

    def segment_of(self, index: int) -> int:
        """Return the number of the segment in which a record stands."""
        if index >= len(self._places):
            self._look()
        return self._places.of(index)[0]

    def _look(self) -> None:
        """Note where records stand that came since the last look."""
        with self._looking:
            found = read_after(self._files, self.layout, self._places, limit=self._limit())
            for number, frame in found:
                self._places.add(number, frame.start)

    def _load(self) -> Snapshot | None:
        """Return the newest snapshot, if the key that signed it is still in force."""
        found = load_snapshot(self._files, self.layout, self.genesis, most=self._limit())
        if found is None:
            return None
        snapshot, keys = found
        known = Places.restored(snapshot.places)
        try:
            for _, frame in read_after(self._files, self.layout, known, limit=self._limit()):
                keys.take(frame)
        except LedgerError:
            return None  # who reads as far as that is told
        in_force = {term.keyid for term in keys.history.in_force()}
        return snapshot if snapshot.keyid in in_force else None

    def _limit(self) -> int | None:
        """Return how many records are synced while a writer lives, or None if none does."""
        try:
            live, count = SYNCED.unpack(self.layout.synced.read_bytes())
        except (OSError, struct.error):
            return None
        return int(count) if live else None


class _Reading:
    """What was read in one go: `start` to `end`, and a digest over every byte of it."""

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self._digest = hashlib.sha256()

    def take(self, frame: Frame) -> None:
        """Take the next frame, if it is one of these."""
        if frame.index >= self.start:
            self._digest.update(hashlib.sha256(frame.envelope).digest())
            self._digest.update(hashlib.sha256(frame.payload).digest())
            self.end = frame.index + 1

    def __eq__(self, other: object) -> bool:
        mine = (self.start, self.end, self._digest.digest())
        return isinstance(other, _Reading) and mine == (
            other.start,
            other.end,
            other._digest.digest(),
        )

    __hash__ = None  # type: ignore[assignment]
