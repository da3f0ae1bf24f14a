"""Taking one entry out of a published log, with the proof that it is in it."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, ProofInvalid
from watchkeeper.ledger.checkpoint import Checkpoint, parse_checkpoint_unverified
from watchkeeper.ledger.merkle import inclusion_proof, leaf_hash, verify_inclusion
from watchkeeper.ledger.proof import TlogProof
from watchkeeper.ledger.tiles import WIDTH, nodes_from_tiles
from watchkeeper.verify.source import Source, read_bundle, tile_reader


@dataclass(frozen=True, slots=True)
class Handout:
    """An entry and its proof, under the log's checkpoint."""

    entry: bytes
    proof: TlogProof


def published_checkpoint(source: Source) -> tuple[bytes, Checkpoint]:
    """Return the log's checkpoint, as it is and parsed; its signature is not looked at.

    Raises:
        NoteInvalid: there is none.
    """
    raw = source.read("checkpoint")
    if raw is None:
        raise NoteInvalid("there is no checkpoint", "is this the published log, or a home?")
    return raw, parse_checkpoint_unverified(raw)[0]


def hand_out(source: Source, index: int) -> Handout:
    """Return the entry at `index` and the proof that the log's checkpoint covers it.

    Raises:
        ProofInvalid: the checkpoint does not cover it, or the log's files do not lead to its root.
        TileInvalid: a file of the log is missing.
        NoteInvalid: there is no checkpoint.
    """
    raw, checkpoint = published_checkpoint(source)
    if not 0 <= index < checkpoint.size:
        raise ProofInvalid(f"no entry {index} under a checkpoint over {checkpoint.size}")
    number, offset = divmod(index, WIDTH)
    entry = read_bundle(source, number, min(WIDTH, checkpoint.size - number * WIDTH))[offset]
    node_at = nodes_from_tiles(checkpoint.size, tile_reader(source))
    hashes = inclusion_proof(index, checkpoint.size, node_at)
    verify_inclusion(index, checkpoint.size, leaf_hash(entry), hashes, checkpoint.root)
    return Handout(entry, TlogProof(index, tuple(hashes), raw))
