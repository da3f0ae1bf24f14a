"""Where a record stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The place of a record: the shard of the log, and its index there, from 0."""

    shard: int
    index: int

    def __str__(self) -> str:
        return f"{self.shard}/{self.index}"
