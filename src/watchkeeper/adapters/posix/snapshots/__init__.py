"""Snapshots: what a start may read instead of every record, and how it is held against them.

A snapshot can always be thrown away: it says nothing that the segments do not say.
"""

from watchkeeper.adapters.posix.snapshots.file import Snapshot
from watchkeeper.adapters.posix.snapshots.keeper import Keeper
from watchkeeper.adapters.posix.snapshots.scrub import Scrub
from watchkeeper.adapters.posix.snapshots.store import (
    forget_snapshots,
    keep_snapshot,
    load_snapshot,
    snapshot_of,
    snapshot_size,
)

__all__ = [
    "Keeper",
    "Scrub",
    "Snapshot",
    "forget_snapshots",
    "keep_snapshot",
    "load_snapshot",
    "snapshot_of",
    "snapshot_size",
]
