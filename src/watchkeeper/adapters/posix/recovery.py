"""Opening a home: read the truth, cut a torn tail, hold it against what was signed."""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.adapters.posix.custody import Keyring, KeyScan
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import FORMAT, Layout
from watchkeeper.adapters.posix.publication import (
    Extension,
    Publication,
    catch_up,
    signed_checkpoints,
)
from watchkeeper.adapters.posix.segments import (
    Places,
    Recovered,
    Tail,
    check_rest,
    cut_tail,
    first_frame,
    read_after,
    read_at,
)
from watchkeeper.adapters.posix.snapshots import Snapshot, load_snapshot
from watchkeeper.errors import (
    EnvelopeInvalid,
    HomeInvalid,
    KeyUnsafe,
    LedgerError,
    LogInconsistent,
    RecordInvalid,
    cut,
)
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.envelope import (
    check_signature,
    open_envelope,
    parse_envelope_unverified,
    read_record_unverified,
)
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_history import KeyHistory, genesis_keys
from watchkeeper.ledger.tiles import WIDTH
from watchkeeper.ports import Signer
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind

_log = logging.getLogger("watchkeeper.log")


@dataclass(slots=True)
class Opened:
    """What a home holds: enough to go on writing. `snapshot` is what was not read again."""

    genesis: GenesisRecord
    places: Places
    tail: Tail
    publication: Publication
    last_at: Instant
    recovered: Recovered | None
    keys: KeyHistory
    record_signer: Signer
    log_signer: Signer
    snapshot: Snapshot | None = None


def recover(files: Files, layout: Layout, keyring: Keyring) -> Opened:
    """Read what no snapshot counts, cut a torn tail, and bring the published log up to date.

    Nothing is written before the truth is known to extend what was signed, except that a torn
    tail, which nobody was ever told of, is moved aside.

    Raises:
        HomeInvalid, FrameInvalid, LogInconsistent, KeyUnsafe: as `open_home` says.
    """
    genesis = read_genesis(files, layout)
    log_signer = keyring.log_signer(lambda signer: _is_named(genesis, signer))
    _check_log_key(genesis, log_signer)
    signed = signed_checkpoints(layout, genesis.origin, log_signer.public_key)
    home = _Home(files, layout, genesis, keyring, log_signer)
    return _by_snapshot(home, signed) or _by_reading(home, signed)


@dataclass(frozen=True, slots=True)
class _Home:
    """One shard that is being opened."""

    files: Files
    layout: Layout
    genesis: GenesisRecord
    keyring: Keyring
    log_signer: Signer

    def publication(self, *, writing: bool) -> Publication:
        origin = self.genesis.origin
        return Publication(self.files, self.layout, origin, self.log_signer, writing=writing)


@dataclass(frozen=True, slots=True)
class _Truth:
    """What is known of the records before the reading begins, and grows by it.

    The log key vouched for the first `signed` records; those after them are held against the
    record keys.
    """

    places: Places
    publication: Publication
    extension: Extension
    keys: KeyScan
    signed: int
    snapshot: Snapshot | None = None


def _by_reading(home: _Home, signed: Mapping[int, bytes]) -> Opened:
    """Read every record."""
    publication = home.publication(writing=False)
    keys, size = KeyScan(home.genesis), max(signed, default=0)
    truth = _Truth(Places(), publication, Extension(signed), keys, size)
    return _opened(home, truth, _read_truth(home.files, home.layout, truth))


def _by_snapshot(home: _Home, signed: Mapping[int, bytes]) -> Opened | None:
    """Read only what came after a snapshot; None if there is none, or anything is odd."""
    found = load_snapshot(home.files, home.layout, home.genesis)
    if found is None:
        return None
    snapshot, keys = found
    places = Places.restored(snapshot.places)
    publication = home.publication(writing=False)
    size = max(signed, default=0)
    truth = _Truth(places, publication, Extension(signed), keys, size, snapshot)
    try:
        publication.resume(snapshot.tree(), _unfilled(home, places))
        if min(signed, default=0) < snapshot.count or not publication.whole():
            raise LogInconsistent("what was signed or published does not reach it")
        truth.extension.check(publication.tree)
        ending = _read_truth(home.files, home.layout, truth)
        if snapshot.keyid not in {term.keyid for term in keys.history.in_force()}:
            raise LogInconsistent("the record key has changed since")
    except LedgerError as error:
        _log.warning("the snapshot is not used, every record is read: %s", error.message)
        return None
    return _opened(home, truth, ending)


def _opened(home: _Home, truth: _Truth, ending: tuple[Tail, bytes, Instant]) -> Opened:
    """Finish what a crash left and publish; the truth extends what was signed."""
    tail, rest, newest = ending
    record_signer = _record_signer(home.genesis, home.keyring, truth.keys)
    recovered = cut_tail(home.files, home.layout, tail, rest) if rest else None
    publication = truth.publication
    if publication.stale:
        publication = _rebuilt(home, truth)
    publication.writing = True
    publication.publish_keys(truth.keys.history.terms)
    publication.commit()
    return Opened(
        home.genesis,
        truth.places,
        tail,
        publication,
        newest,
        recovered,
        truth.keys.history,
        record_signer,
        home.log_signer,
        truth.snapshot,
    )


def _rebuilt(home: _Home, truth: _Truth) -> Publication:
    """Write the published log anew, from what the snapshot does not count on."""
    publication, known = home.publication(writing=True), Places()
    if truth.snapshot is not None:
        known = Places.restored(truth.places.first(truth.snapshot.count))
        publication.resume(truth.snapshot.tree(), _unfilled(home, known))
    catch_up(publication, (frame for _, frame in read_after(home.files, home.layout, known)))
    return publication


def _unfilled(home: _Home, places: Places) -> list[bytes]:
    """Return the envelopes of the bundle that the known records do not fill."""
    begin = len(places) // WIDTH * WIDTH
    return [
        read_at(home.files, home.layout, places, index).envelope
        for index in range(begin, len(places))
    ]


def read_genesis(files: Files, layout: Layout) -> GenesisRecord:
    """Return the first record of a home, signed by a key that it names itself.

    Raises:
        HomeInvalid: there is none, or it is not one.
    """
    first = first_frame(files, layout) if _has_truth(layout) else None
    if first is None:
        raise HomeInvalid(f"a home without a first record: {cut(layout.root)}")
    try:
        record = read_record_unverified(first.envelope)
        if record.kind is Kind.GENESIS:
            genesis: GenesisRecord = record.predicate
            open_envelope(first.envelope, genesis_keys(genesis))
            if genesis.format == FORMAT:
                return genesis
            raise HomeInvalid(f"a home of format {genesis.format}, where this reads {FORMAT}")
    except (EnvelopeInvalid, RecordInvalid) as error:
        raise HomeInvalid(f"first record of {cut(layout.root)}: {error.message}") from None
    raise HomeInvalid(f"a home whose first record is no genesis: {cut(layout.root)}")


def _is_named(genesis: GenesisRecord, signer: Signer) -> bool:
    return str(log_key(genesis.origin, signer.public_key)) == genesis.log_key


def _check_log_key(genesis: GenesisRecord, log_signer: Signer) -> None:
    """Refuse a key that the genesis does not name: nobody could verify what it signs."""
    if not _is_named(genesis, log_signer):
        raise KeyUnsafe(
            f"a log key that the genesis of {cut(genesis.origin)} does not name",
            "put back the key that this home was made with",
        )


def _record_signer(genesis: GenesisRecord, keyring: Keyring, keys: KeyScan) -> Signer:
    in_force = {term.keyid for term in keys.history.in_force()}
    try:
        return keyring.record_signer(in_force, keys.old)
    except KeyUnsafe as error:
        raise KeyUnsafe(f"{error.message}, of {cut(genesis.origin)}", error.advice) from None


def _has_truth(layout: Layout) -> bool:
    return layout.segment(0).is_file()


def _read_truth(files: Files, layout: Layout, truth: _Truth) -> tuple[Tail, bytes, Instant]:
    numbers = layout.segment_numbers()
    if numbers != list(range(len(numbers))):
        raise LogInconsistent(f"segments are missing: {cut(numbers)}")
    last, end = None, _end_of(files, layout, truth.places)
    for number, frame in read_after(files, layout, truth.places):
        truth.places.add(number, frame.start)
        truth.publication.add(frame)
        if frame.index >= truth.signed:
            _check_signed(frame, truth.keys.history)
        truth.keys.take(frame)
        truth.extension.check(truth.publication.tree)
        last, end = frame, (number, frame.end)
    truth.extension.finish(len(truth.places))
    tail = _tail(files, layout, numbers[-1], end)
    rest = check_rest(files, layout.segment(tail.number), tail.length, newest=True)
    return tail, rest, _at(last, truth.snapshot)


def _check_signed(frame: Frame, history: KeyHistory) -> None:
    """Refuse a record that no checkpoint vouches for and that the record key did not sign.

    Whoever can write to the segments and has no key could add one otherwise, and the next
    checkpoint would vouch for it.
    """
    try:
        envelope = parse_envelope_unverified(frame.envelope)
        check_signature(envelope, history.keys)
        problem = history.problem(envelope.keyid, frame.index)
    except EnvelopeInvalid as error:
        problem = error.message
    if problem is not None:
        raise LogInconsistent(f"record {frame.index} at offset {frame.start}: {problem}")


def _end_of(files: Files, layout: Layout, places: Places) -> tuple[int, int]:
    """Return the segment and the offset at which the last known record ends."""
    if not len(places):
        return 0, 0
    last = len(places) - 1
    return places.of(last)[0], read_at(files, layout, places, last).end


def _tail(files: Files, layout: Layout, newest: int, end: tuple[int, int]) -> Tail:
    # A newest segment without a record was begun just before a crash.
    tail = Tail(newest, end[1] if end[0] == newest else 0)
    tail.checksum = _checksum(files, layout, tail)
    return tail


def _at(frame: Frame | None, snapshot: Snapshot | None) -> Instant:
    if frame is None:
        if snapshot is not None:
            return snapshot.last_at
        raise HomeInvalid("a home without a first record")
    at: Instant = read_record_unverified(frame.envelope).predicate.at
    return at


def _checksum(files: Files, layout: Layout, tail: Tail) -> int:
    fd = files.open(layout.segment(tail.number), os.O_RDONLY)
    try:
        check, at = 0, 0
        while part := files.read_at(fd, min(1 << 20, tail.length - at), at):
            check, at = zlib.crc32(part, check), at + len(part)
        return check
    finally:
        files.close(fd)
