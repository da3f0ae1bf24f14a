"""Snapshots on the disk: found, held against the segments, written, forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from watchkeeper.adapters.posix.custody import KeyScan
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.segments import Places, read_at, scan
from watchkeeper.adapters.posix.snapshots.file import (
    KeysOf,
    Snapshot,
    parse_snapshot,
    render_snapshot,
)
from watchkeeper.errors import LedgerError, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.envelope import check_signature, parse_envelope_unverified, read_own_record
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.ports import Signer
from watchkeeper.records.administration import GenesisRecord

GENERATIONS = 2
_DIGITS = 16
_log = logging.getLogger("watchkeeper.log")


def load_snapshot(
    files: Files, layout: Layout, genesis: GenesisRecord, *, most: int | None = None
) -> tuple[Snapshot, KeyScan] | None:
    """Return the newest snapshot that holds, or None: then every record has to be read.

    With it comes the history of the record key up to where it ends; the key that is in force there
    must have signed it. `genesis` is the shard's first record. With `most`, a snapshot that counts
    more records is left alone. What is odd about one is said in the process's log.
    """
    first = genesis_digest(files, layout)
    for path in reversed(_paths(layout)):
        if most is not None and int(path.stem) > most:
            continue
        try:
            keys = KeyScan(genesis)
            snapshot = parse_snapshot(path.read_bytes(), _resuming(keys, files, layout))
            _check(snapshot, layout, first)
        except (LedgerError, OSError) as error:
            _log.warning("snapshot %s is not used: %s", path.name, error)
        else:
            return snapshot, keys
    return None


def snapshot_of(  # noqa: PLR0913, PLR0917 - what a snapshot is made of
    layout: Layout,
    frame: Callable[[int], Frame],
    places: Places,
    tree: TileTree,
    rotations: Iterable[int],
    state: bytes,
) -> Snapshot:
    """Return the snapshot of the records in the tree, all durable and published."""
    count = tree.size
    last, (newest, _) = frame(count - 1), places.of(count - 1)
    before = (layout.segment(number).stat().st_size for number in range(newest))
    return Snapshot(
        count=count,
        genesis=sha256_hex(frame(0).envelope),
        last_at=read_own_record(last.envelope).predicate.at,
        segments=(*before, last.end),
        rotations=tuple(index for index in rotations if index < count),
        tails=tuple(tuple(tail) for tail in tree.tails),
        places=places.first(count),
        state=state,
    )


def keep_snapshot(files: Files, layout: Layout, snapshot: Snapshot, signer: Signer) -> None:
    """Write a snapshot, as a whole or not at all, and keep the one before it.

    Raises:
        OSError: the disk fails; nothing else is touched.
    """
    files.make_folder(layout.snapshots, 0o700)
    raw = render_snapshot(snapshot, signer)
    files.replace(layout.snapshots / f"{snapshot.count:0{_DIGITS}d}.snapshot", raw, 0o600)
    # What says that it counts more came from elsewhere: it would be taken for the newest.
    true = [path for path in _paths(layout) if int(path.stem) <= snapshot.count]
    for other in set(_paths(layout)) - set(true[-GENERATIONS:]):
        try:
            other.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("snapshot %s can not be removed: %s", other.name, error.strerror)


def forget_snapshots(files: Files, layout: Layout) -> None:
    """Remove every snapshot of a shard, durably; the next start reads every record.

    Raises:
        OSError: the disk fails.
    """
    if not layout.snapshots.is_dir():
        return
    for path in layout.snapshots.iterdir():
        files.call("unlink", path.unlink, missing_ok=True)
    files.sync_folder(layout.snapshots)


def snapshot_size(layout: Layout, most: int) -> int:
    """Return how many records the newest snapshot says it counts, unverified; 0 without one.

    One that says more than `most` is none of this shard's.
    """
    return max((size for path in _paths(layout) if (size := int(path.stem)) <= most), default=0)


def genesis_digest(files: Files, layout: Layout) -> str:
    """Return the SHA-256 of a shard's first envelope, in hex."""
    return sha256_hex(next(iter(scan(files, layout.segment(0)))).envelope)


def _resuming(keys: KeyScan, files: Files, layout: Layout) -> KeysOf:
    def in_force(snapshot: Snapshot) -> Mapping[str, bytes]:
        places = Places.restored(snapshot.places)
        keys.resume(read_at(files, layout, places, index) for index in snapshot.rotations)
        # The last record is signed by a key that counts there: so no rotation was left out.
        last = read_at(files, layout, places, snapshot.count - 1)
        envelope = parse_envelope_unverified(last.envelope)
        check_signature(envelope, keys.history.keys)
        problem = keys.history.problem(envelope.keyid, last.index)
        if problem is not None:
            raise LedgerError(f"record {last.index} is {problem}")
        if last.index not in snapshot.rotations:
            keys.take(last)
        return {term.keyid: term.public for term in keys.history.in_force()}

    return in_force


def _paths(layout: Layout) -> list[Path]:
    return sorted(layout.snapshots.glob(f"{'[0-9]' * _DIGITS}.snapshot"))


def _check(snapshot: Snapshot, layout: Layout, genesis: str) -> None:
    """Hold a snapshot against the segments' sizes; what they hold is read later, by a `Scrub`."""
    if snapshot.genesis != genesis:
        raise LedgerError("it is of another log")
    if not snapshot.segments or len(snapshot.places) != snapshot.count:
        raise LedgerError("it counts no records")
    for number, length in enumerate(snapshot.segments):
        size = layout.segment(number).stat().st_size
        whole = number < len(snapshot.segments) - 1
        if size < length or (whole and size != length):
            raise LedgerError(f"segment {cut(layout.segment(number).name)} has another length")
