"""Where everything stands in a home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SEGMENT_BYTES = 64 << 20
"""A segment that is at least this long is followed by a new one."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a home and of one of its shards.

    `log` is what may be served to anybody; the rest is private. Shard 0 stands in the home's own
    folder, a later one in `shards/<number>`; the lock and the keys are the home's.
    """

    root: Path
    shard: int = 0

    @property
    def place(self) -> Path:
        """The folder of the shard."""
        return self.root / "shards" / str(self.shard) if self.shard else self.root

    @property
    def ended(self) -> Path:
        """There once the next shard was begun: nothing is written to this one any more."""
        return self.place / "ended"

    @property
    def lock(self) -> Path:
        """Held by the one process that may write."""
        return self.root / "home.lock"

    @property
    def taken_over(self) -> Path:
        """The home's mark: the shard is its own, and took over what the one before ends with."""
        return self.place / "taken-over"

    @property
    def synced(self) -> Path:
        """How many records are synced, for readers in other processes."""
        return self.place / "synced"

    @property
    def newest(self) -> Path:
        """The newest checkpoint that was signed; durable before it is published."""
        return self.place / "newest.checkpoint"

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
        return self.place / "segments"

    @property
    def kept(self) -> Path:
        """Torn tails that were cut off."""
        return self.place / "kept"

    @property
    def snapshots(self) -> Path:
        """What a start may read instead of every record; can be thrown away."""
        return self.place / "snapshots"

    @property
    def log(self) -> Path:
        """The published tile log."""
        return self.place / "log"

    def segment(self, number: int) -> Path:
        """Return the path of one segment."""
        return self.segments / f"{number:08d}.seg"

    def segment_numbers(self) -> list[int]:
        """Return the numbers of the segments there are, in order."""
        return sorted(int(path.stem) for path in self.segments.glob(f"{'[0-9]' * 8}.seg"))


def shards_of(root: Path) -> list[Layout]:
    """Return the shards that are there, the oldest first; older ones may have been moved away."""
    found = (Layout(root, number) for number in _numbers(root))
    return [layout for layout in found if layout.segments.is_dir()]


def numbers_here(root: Path) -> tuple[int, ...]:
    """Return the numbers of the shards that are there, the newest last."""
    return tuple(layout.shard for layout in shards_of(root))


def newest_shard(root: Path) -> Layout:
    """Return the shard that is written to, be it whole or not; shard 0 where there is no other."""
    return Layout(root, _numbers(root)[-1])


def _numbers(root: Path) -> list[int]:
    later = [int(path.name) for path in root.glob("shards/[1-9]*") if path.name.isdecimal()]
    return [0, *sorted(later)]
