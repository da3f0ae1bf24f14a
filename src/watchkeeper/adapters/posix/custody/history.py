"""Finding the records that changed the record key, while a home is read."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.errors import EnvelopeInvalid, LogInconsistent, RecordInvalid
from watchkeeper.ledger.envelope import open_envelope
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_history import KeyHistory, genesis_keys, may_rotate_keys
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.custody import KeyRotationRecord, OldKey
from watchkeeper.records.kinds import Kind


class KeyScan:
    """Takes frames in order and keeps the history of the record key.

    Whoever reads a home from the middle needs only the frames that the history's `changes` name
    to go on (`resume`).
    """

    def __init__(self, genesis: GenesisRecord) -> None:
        self.history = KeyHistory(genesis.origin, genesis_keys(genesis))
        self.old: OldKey | None = None

    def resume(self, frames: Iterable[Frame]) -> None:
        """Take the frames that changed the key, as was known when the home was read before."""
        for frame in frames:
            self.take(frame)

    def take(self, frame: Frame) -> None:
        """Take up the next frame.

        Raises:
            LogInconsistent: it changes the key, and does not hold.
        """
        if not may_rotate_keys(frame.envelope):
            return
        try:
            record = open_envelope(frame.envelope, self.history.keys)
            if record.kind is not Kind.KEY_ROTATION:
                return
            said: KeyRotationRecord = record.predicate
            self.history.take(frame.index, said)
        except (EnvelopeInvalid, RecordInvalid) as error:
            raise LogInconsistent(f"record {frame.index}: {error.message}") from None
        self.old = said.old or self.old
