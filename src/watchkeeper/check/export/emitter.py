"""Who exports: the log, and the version of this program."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.reference import Ref

PRODUCT = "Watchkeeper"


@dataclass(frozen=True, slots=True)
class Emitter:
    """The origin of one of the log's shards, and the version of the program that reads it."""

    origin: str
    version: str

    def origin_at(self, ref: Ref) -> str:
        """Return the origin of the shard that a record stands in."""
        return f"{self.origin.rpartition('/')[0]}/{ref.shard}"
