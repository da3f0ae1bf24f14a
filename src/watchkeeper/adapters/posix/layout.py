"""Where everything stands in a home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SEGMENT_BYTES = 64 << 20
"""A segment that is at least this long is followed by a new one."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a home. `log` is what may be served to anybody; the rest is private."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the one process that may write."""
        return self.root / "home.lock"

    @property
    def synced(self) -> Path:
        """How many records are synced, for readers in other processes."""
        return self.root / "synced"

    @property
    def newest(self) -> Path:
        """The newest checkpoint that was signed; durable before it is published."""
        return self.root / "newest.checkpoint"

    @property
    def witness_policy(self) -> Path:
        """Who witnesses the log (C2SP tlog-policy), if anybody does."""
        return self.root / "witness.policy"

    @property
    def witness_states(self) -> Path:
        """How things stand with the witnesses, for readers in other processes."""
        return self.root / "witnesses.json"

    @property
    def keys(self) -> Path:
        """The folder of the home's private keys."""
        return self.root / "keys"

    @property
    def record_key(self) -> Path:
        """Signs envelopes."""
        return self.keys / "record.key"

    @property
    def log_key(self) -> Path:
        """Signs checkpoints."""
        return self.keys / "log.key"

    @property
    def secret(self) -> Path:
        """Keys the digests by which retries are recognised."""
        return self.keys / "recall.secret"

    @property
    def segments(self) -> Path:
        """The truth."""
        return self.root / "segments"

    @property
    def kept(self) -> Path:
        """Torn tails that were cut off."""
        return self.root / "kept"

    @property
    def log(self) -> Path:
        """The published tile log."""
        return self.root / "log"

    def segment(self, number: int) -> Path:
        """Return the path of one segment."""
        return self.segments / f"{number:08d}.seg"

    def segment_numbers(self) -> list[int]:
        """Return the numbers of the segments there are, in order."""
        return sorted(int(path.stem) for path in self.segments.glob("[0-9]*.seg"))
