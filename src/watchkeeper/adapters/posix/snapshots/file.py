"""The bytes of a snapshot: a head in JSON, the places of records, the state; then a signature.

    magic      14   'wk-snapshot 1' and a line feed
    length      8   of the head, big-endian
    head            canonical JSON
    places          8 bytes for each record, big-endian: segment << 40 | offset
    state           JSON, as `do.state.kept` writes it
    signature  64   Ed25519 by the record key over the DSSE pre-authentication encoding of
                    the SHA-256 of everything before, under a payload type of its own

Signed, since another process of the same user could otherwise give budgets back.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import LedgerError, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical, parse_canonical
from watchkeeper.ledger.merkle import HASH_BYTES
from watchkeeper.ledger.pae import pae
from watchkeeper.ledger.signature import SIGNATURE_BYTES, verifies
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.ports import Signer
from watchkeeper.records.instant import Instant

MAGIC = b"wk-snapshot 1\n"
PAYLOAD_TYPE = "application/vnd.watchkeeper.snapshot"
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the first `count` records of a shard add up to.

    `genesis` is the SHA-256 of the shard's first envelope; `segments` are the lengths up to
    which each segment counts, all but the last one whole; `rotations` the indexes of the records
    that changed the record key, `keyid` the key that signed the snapshot; `tails` are those of
    the `TileTree`; `places` is what `Places` holds; `state` the JSON of the home's state.
    """

    count: int
    genesis: str
    last_at: Instant
    segments: tuple[int, ...]
    rotations: tuple[int, ...]
    tails: tuple[tuple[bytes, ...], ...]
    places: array[int]
    state: bytes
    keyid: str = ""

    def tree(self) -> TileTree:
        """Return the Merkle tree over the records that count, ready to grow."""
        tree = TileTree()
        tree.size, tree.tails = self.count, [list(tail) for tail in self.tails]
        return tree


def render_snapshot(snapshot: Snapshot, signer: Signer) -> bytes:
    """Return the bytes of a snapshot, signed."""
    head = canonical(
        {
            "count": snapshot.count,
            "genesis": snapshot.genesis,
            "keyid": signer.keyid,
            "lastAt": int(snapshot.last_at),
            "rotations": list(snapshot.rotations),
            "segments": list(snapshot.segments),
            "state": len(snapshot.state),
            "tails": [b"".join(tail).hex() for tail in snapshot.tails],
        }
    )
    places = _turned(snapshot.places).tobytes()
    body = b"".join((MAGIC, _LENGTH.pack(len(head)), head, places, snapshot.state))
    return body + signer.sign(_signed(body))


KeysOf = Callable[[Snapshot], Mapping[str, bytes]]
"""Returns the record keys (key id to raw public key) in force after what a snapshot counts."""


def parse_snapshot(raw: bytes, keys_of: KeysOf) -> Snapshot:
    """Return a snapshot that a key signed which is in force where it ends.

    `keys_of` is asked with what is not verified yet: it may raise `LedgerError` or `OSError`.

    Raises:
        LedgerError: another format, not signed by any of them, or not what it should be.
        OSError: the disk fails.
    """
    start = len(MAGIC) + _LENGTH.size
    if not raw.startswith(MAGIC) or len(raw) < start + SIGNATURE_BYTES:
        raise LedgerError(f"not a snapshot of this format: {cut(raw[:20])}")
    (length,) = _LENGTH.unpack_from(raw, len(MAGIC))
    view = memoryview(raw)[:-SIGNATURE_BYTES]
    try:
        head = parse_canonical(raw[start : start + length])
        found = _parsed(head, view[start + length :])
        public = keys_of(found).get(head["keyid"])
        if public is None or not verifies(public, _signed(view), raw[-SIGNATURE_BYTES:]):
            raise LedgerError("a snapshot that the record key did not sign")
    except (RecordInvalid, LookupError, TypeError, ValueError, OverflowError) as error:
        raise LedgerError(f"not a snapshot: {cut(error)}") from None
    return found


def _parsed(head: Mapping[str, Any], rest: memoryview) -> Snapshot:
    count = head["count"]
    if len(rest) != count * 8 + head["state"]:
        raise LedgerError("a snapshot of another length than it says")
    places = array("Q")
    places.frombytes(rest[: count * 8])
    hashes = [bytes.fromhex(tail) for tail in head["tails"]]
    return Snapshot(
        count=count,
        genesis=head["genesis"],
        last_at=Instant(head["lastAt"]),
        segments=tuple(head["segments"]),
        rotations=tuple(head["rotations"]),
        tails=tuple(
            tuple(tail[at : at + HASH_BYTES] for at in range(0, len(tail), HASH_BYTES))
            for tail in hashes
        ),
        places=_turned(places),
        state=bytes(rest[count * 8 :]),
        keyid=head["keyid"],
    )


def _signed(body: bytes | memoryview) -> bytes:
    return pae(PAYLOAD_TYPE, hashlib.sha256(body).digest())


def _turned(places: array[int]) -> array[int]:
    """Turn between the machine's order of bytes and ours, which is the same step both ways."""
    turned = array("Q", places)
    if sys.byteorder == "little":
        turned.byteswap()
    return turned
