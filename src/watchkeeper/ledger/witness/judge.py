"""What a witness has to answer: a pure function of what it saw last and what it is asked.

The order of the checks is that of C2SP tlog-witness v1.0.0, add-checkpoint.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from watchkeeper.errors import NoteInvalid, ProofInvalid
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.ledger.merkle import EMPTY_ROOT, verify_consistency
from watchkeeper.ledger.note import Note, VerifierKey, open_note, render_note
from watchkeeper.ledger.witness.message import AddCheckpoint


class No(enum.IntEnum):
    """Why a checkpoint is not cosigned, as the HTTP status that says it."""

    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    INCONSISTENT = 422


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not cosigned. `size` is what the witness knows, where telling it helps the log to go on.

    `fork` says that the log's own key signed what contradicts the checkpoint seen last: evidence.
    """

    status: No
    why: str
    size: int | None = None
    fork: bool = False


def judge(
    asked: AddCheckpoint, seen: Checkpoint, note: Note, key: VerifierKey, last: Checkpoint | None
) -> Refusal | None:
    """Return why a checkpoint must not be cosigned, or None if it must.

    `seen` and `note` are the asked checkpoint, parsed; `key` is that of the log of its origin;
    `last` the checkpoint of that log that was cosigned last, if any.
    """
    try:
        open_note(render_note(note), [key])
    except NoteInvalid as error:
        return Refusal(No.NOT_SIGNED, error.message)
    known = last.size if last is not None else 0
    if asked.old > seen.size:
        return Refusal(No.MALFORMED, "the old size is above that of the checkpoint")
    forked = last is not None and seen.size == last.size and seen.root != last.root
    if asked.old != known:
        return Refusal(No.CONFLICT, "another checkpoint was seen last", known, fork=forked)
    if forked:
        return Refusal(No.CONFLICT, "another root of the same size was cosigned", fork=True)
    return _inconsistent(asked, seen, last)


def _inconsistent(
    asked: AddCheckpoint, seen: Checkpoint, last: Checkpoint | None
) -> Refusal | None:
    if seen.size == 0 and seen.root != EMPTY_ROOT:
        return Refusal(No.INCONSISTENT, "not the root of the empty tree", fork=True)
    if last is None or last.size in {0, seen.size}:
        if asked.proof:
            return Refusal(No.INCONSISTENT, "a proof where none is needed")
        return None
    try:
        verify_consistency(last.size, seen.size, last.root, seen.root, asked.proof)
    except ProofInvalid as error:
        return Refusal(No.INCONSISTENT, error.message, fork=True)
    return None
