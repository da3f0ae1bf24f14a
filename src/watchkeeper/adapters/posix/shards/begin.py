"""Beginning the next shard: made beside its place, put there by one rename."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout, shards_of
from watchkeeper.adapters.secret import name_of
from watchkeeper.errors import LogInconsistent, cut
from watchkeeper.ledger.canonical import render_json, sha256_hex
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import MAX_PAYLOAD_BYTES, render_frame
from watchkeeper.ledger.tiles import check_entry
from watchkeeper.ports import Signer
from watchkeeper.records.administration import Carried, GenesisRecord
from watchkeeper.records.custody import KeyTerm
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Payload, Record

SHARD_ENDED = b"the next shard was begun: nothing is written to this one any more\n"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the first record of a shard takes over."""

    at: Instant
    carried: Carried
    payload: Payload
    predecessor: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs the next shard: its records, its checkpoints, and which record keys it names.

    `secret` is the home's own.
    """

    record_signer: Signer
    log_signer: Signer
    in_force: Sequence[KeyTerm]
    secret: bytes


def following_genesis(before: GenesisRecord, beginning: Beginning, keys: Keys) -> bytes:
    """Return the first frame of the shard that follows the one of `before`.

    It is signed by a record key that is in force where the shard before ends, names all that are,
    and names the log key that signs the new shard's checkpoints.

    Raises:
        EntryTooLarge: people, roles and stops do not fit into a record.
    """
    shard = before.shard + 1
    origin = f"{before.origin.rpartition('/')[0]}/{shard}"
    genesis = GenesisRecord(
        at=beginning.at,
        origin=origin,
        shard=shard,
        format=before.format,
        stage=before.stage,
        record_keys={t.keyid: base64.b64encode(t.public).decode() for t in keys.in_force},
        log_key=str(log_key(origin, keys.log_signer.public_key)),
        first_release=before.first_release,
        predecessor=beginning.predecessor.decode(),
        carried=beginning.carried,
        recall=name_of(keys.secret, origin),
    )
    record = Record(Kind.GENESIS, "home", sha256_hex(origin.encode()), genesis)
    envelope, payload = seal(record, keys.record_signer), render_json(beginning.payload.body)
    check_entry(envelope)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise LogInconsistent(f"a state of {len(payload)} bytes, too large to carry over")
    return render_frame(0, 0, envelope, payload)


def begin_shard(files: Files, layout: Layout, first: bytes) -> None:
    """Put a new shard in place, with its first frame; durable when this returns.

    Raises:
        OSError: the disk fails. Where the shard is in place all the same (`layout.segments` is
            there), it may or may not be after a crash.
    """
    shards = layout.place.parent
    files.make_folder(shards)
    beside = shards / f".{layout.shard}.new"
    if beside.exists():
        shutil.rmtree(beside)
    for private in (beside, beside / "segments"):
        files.make_folder(private, 0o700)
    files.make_folder(beside / "log")
    files.replace(beside / "segments" / layout.segment(0).name, first, 0o600)
    files.call("rename", os.rename, beside, layout.place)
    files.sync_folder(shards)


def end_shard(files: Files, layout: Layout) -> None:
    """Mark a shard as ended; durable when this returns."""
    if not layout.ended.exists():
        files.replace(layout.ended, SHARD_ENDED)


def check_shards(files: Files, layout: Layout) -> None:
    """Refuse to write to a shard that was ended; mark older ones that a crash left unmarked.

    Raises:
        LogInconsistent: the newest shard that is here was ended: the one after it is missing.
    """
    if layout.ended.exists():
        raise LogInconsistent(
            f"shard {layout.shard} of {cut(layout.root)} was ended, and the next one is not here",
            "put the newest shard back: only older ones may be moved away",
        )
    for older in shards_of(layout.root)[:-1]:
        end_shard(files, older)
