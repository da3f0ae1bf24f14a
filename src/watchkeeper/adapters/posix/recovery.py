"""Opening a home: read the truth, cut a torn tail, hold it against what was signed."""

from __future__ import annotations

import os
import zlib
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
    check_index,
    check_rest,
    cut_tail,
    read_all,
    scan,
)
from watchkeeper.errors import (
    EnvelopeInvalid,
    HomeInvalid,
    KeyUnsafe,
    LogInconsistent,
    RecordInvalid,
    cut,
)
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.envelope import open_envelope, read_record_unverified
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_history import KeyHistory, genesis_keys
from watchkeeper.ports import Signer
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind


@dataclass(slots=True)
class Opened:
    """What a home holds: enough to go on writing."""

    genesis: GenesisRecord
    places: Places
    tail: Tail
    publication: Publication
    last_at: Instant
    recovered: Recovered | None
    keys: KeyHistory
    record_signer: Signer


def recover(files: Files, layout: Layout, keyring: Keyring) -> Opened:
    """Read every record, cut a torn tail, and bring the published log up to date.

    Nothing is written before the truth is known to extend what was signed, except that a torn
    tail, which nobody was ever told of, is moved aside.

    Raises:
        HomeInvalid, FrameInvalid, LogInconsistent, KeyUnsafe: as `open_home` says.
    """
    genesis = read_genesis(files, layout)
    log_signer = keyring.log_signer()
    _check_log_key(genesis, log_signer)
    signed = signed_checkpoints(layout, genesis.origin, log_signer.public_key)
    places = Places()
    publication = Publication(files, layout, genesis.origin, log_signer, writing=False)
    keys = KeyScan(genesis)
    tail, rest, newest = _read_truth(files, layout, places, publication, Extension(signed), keys)
    record_signer = _record_signer(genesis, keyring, keys)
    recovered = cut_tail(files, layout, tail, rest) if rest else None
    if publication.stale:
        publication = _rebuilt(files, layout, genesis.origin, log_signer)
    publication.writing = True
    publication.publish_keys(keys.history.terms)
    publication.commit()
    return Opened(
        genesis, places, tail, publication, newest, recovered, keys.history, record_signer
    )


def read_genesis(files: Files, layout: Layout) -> GenesisRecord:
    """Return the first record of a home, signed by a key that it names itself.

    Raises:
        HomeInvalid: there is none, or it is not one.
    """
    first = next(iter(scan(files, layout.segment(0))), None) if _has_truth(layout) else None
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


def _check_log_key(genesis: GenesisRecord, log_signer: Signer) -> None:
    """Refuse a key that the genesis does not name: nobody could verify what it signs."""
    if str(log_key(genesis.origin, log_signer.public_key)) != genesis.log_key:
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


def _read_truth(  # noqa: PLR0913, PLR0917 - everything that looks at each record
    files: Files,
    layout: Layout,
    places: Places,
    publication: Publication,
    extension: Extension,
    keys: KeyScan,
) -> tuple[Tail, bytes, Instant]:
    numbers = layout.segment_numbers()
    if numbers != list(range(len(numbers))):
        raise LogInconsistent(f"segments are missing: {cut(numbers)}")
    tail, rest, last = Tail(0), b"", None
    for number in numbers:
        path, tail = layout.segment(number), Tail(number)
        for frame in scan(files, path):
            check_index(frame, len(places), path)
            places.add(number, frame.start)
            publication.add(frame)
            keys.take(frame)
            extension.check(publication.tree)
            last, tail.length = frame, frame.end
        rest = check_rest(files, path, tail.length, newest=number == numbers[-1])
    extension.finish(len(places))
    tail.checksum = _checksum(files, layout, tail)
    return tail, rest, _at(last)


def _at(frame: Frame | None) -> Instant:
    if frame is None:
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


def _rebuilt(files: Files, layout: Layout, origin: str, signer: Signer) -> Publication:
    publication = Publication(files, layout, origin, signer, writing=True)
    catch_up(publication, (frame for _, frame in read_all(files, layout)))
    return publication
