"""Writing a snapshot in another process than the one that decides."""

from __future__ import annotations

import time

from watchkeeper.adapters.keys import TokenAccess
from watchkeeper.adapters.posix.custody import Keyring
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.reader import ReadOnlyLog
from watchkeeper.errors import LedgerError, NoteInvalid
from watchkeeper.ledger.checkpoint import open_checkpoint
from watchkeeper.ledger.note import parse_vkey

_PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.25


def keep_beside(
    log: ReadOnlyLog, count: int, state: bytes, access: TokenAccess | None = None
) -> int:
    """Write a snapshot of the first `count` records, of which `state` is what they add up to.

    `access` says how a token is reached, where one holds the record key.

    Waits until a signed checkpoint covers them: a snapshot never runs ahead of what is published.

    Raises:
        LedgerError: none does after a while, or the keys can not be read.
        OSError: the disk fails.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _published(log) < count:
        if time.monotonic() > deadline:
            raise LedgerError(
                f"no signed checkpoint covers {count} records",
                "nobody publishes: start the gateway, or open the home once",
            )
        time.sleep(_LOOK_SECONDS)
    log.keep(state, count, Keyring(Files(), log.layout.keys, access))
    return count


def _published(log: ReadOnlyLog) -> int:
    try:
        raw = (log.layout.log / "checkpoint").read_bytes()
        return open_checkpoint(raw, parse_vkey(log.log_vkey)).size
    except (FileNotFoundError, NoteInvalid):
        return 0
