"""A log as it was when it was time stamped, for a bundle that is to bring a time stamp."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.errors import TimestampInvalid
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.timestamp_names import FOLDER, INDEX, StampName, parse_index
from watchkeeper.verify.source import Source


@dataclass(frozen=True, slots=True)
class Stamped:
    """A published log whose checkpoint is an older one; all else is read as it is."""

    source: Source
    checkpoint: bytes

    def read(self, path: str) -> bytes | None:
        """Return the bytes at a path, or None if there is nothing."""
        return self.checkpoint if path == "checkpoint" else self.source.read(path)


def newest_stamped(source: Source) -> Stamped:
    """Return the log as it was at the newest checkpoint that was time stamped.

    Raises:
        TimestampInvalid: none was, or what is there can not be read.
        NoteInvalid: what stands beside a time stamp is no checkpoint.
    """
    for name in reversed(_names(source)):
        raw = source.read(f"{FOLDER}/{name.checkpoint}")
        if raw is not None:
            return Stamped(source, raw)
    raise TimestampInvalid("no checkpoint of this log was time stamped", "see `log timestamp`")


def stamps_over(source: Source, checkpoint: bytes) -> dict[str, bytes]:
    """Return the time stamps that a log keeps over a checkpoint's signed text, by file name.

    Nothing is verified here.
    """
    wanted, note = parse_checkpoint_unverified(checkpoint)
    found = {}
    for name in _names(source):
        covered = source.read(f"{FOLDER}/{name.checkpoint}") if name.size == wanted.size else None
        response = source.read(f"{FOLDER}/{name.response}") if covered else None
        if covered and response and parse_checkpoint_unverified(covered)[1].text == note.text:
            found[name.response] = response
    return found


def _names(source: Source) -> list[StampName]:
    raw = source.read(f"{FOLDER}/{INDEX}")
    return [] if raw is None else sorted(parse_index(raw))
