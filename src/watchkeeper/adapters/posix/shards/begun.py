"""Whether this home began the shard that it finds: nobody without its keys can put one there.

A shard's first record names the keys that count in it. So it is held against something outside of
it: the home's own mark, made under a secret that only the home has, or the shard before.
"""

from __future__ import annotations

import hmac

from watchkeeper.adapters.posix.custody import KeyScan
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.reader import ReadOnlyLog, read_shard
from watchkeeper.adapters.posix.segments import first_frame
from watchkeeper.errors import EnvelopeInvalid, LogInconsistent
from watchkeeper.ledger.canonical import keyed_digest
from watchkeeper.ledger.envelope import check_signature, parse_envelope_unverified
from watchkeeper.ledger.key_history import genesis_keys

_PURPOSE = b"taken over\n"


def is_marked(files: Files, layout: Layout, secret: bytes) -> bool:
    """Tell whether the home noted that it holds what this shard took over to be right."""
    try:
        found, right = layout.taken_over.read_bytes(), _mark(files, layout, secret)
    except OSError:
        return False
    return hmac.compare_digest(found, right)


def mark(files: Files, layout: Layout, secret: bytes) -> None:
    """Note that what a shard took over is right; durable when this returns.

    Raises:
        OSError: the disk fails.
    """
    files.replace(layout.taken_over, _mark(files, layout, secret), 0o600)


def check_begun(files: Files, layout: Layout, secret: bytes) -> None:
    """Refuse a shard that was not begun with a record key in force where the one before ends.

    Nothing is read where the home marked it. Else each shard is held against the one before, back
    to one that is marked.

    Raises:
        LogInconsistent: another key began it, or the shard before is not here to tell.
        LedgerError: the shard before is damaged.
    """
    while layout.shard and not is_marked(files, layout, secret):
        before = Layout(layout.root, layout.shard - 1)
        if not before.segments.is_dir():
            raise LogInconsistent(
                f"shard {layout.shard} is not one that this home remembers to have begun, and "
                f"shard {before.shard} is not here to tell",
                f"put shard {before.shard} back until the home was served once",
            )
        _check_keys(read_shard(layout.root, layout.shard), read_shard(layout.root, before.shard))
        layout = before


def _check_keys(shard: ReadOnlyLog, before: ReadOnlyLog) -> None:
    keys = KeyScan(before.genesis)
    for frame in before.frames():
        keys.take(frame)
    in_force = {term.keyid: term.public for term in keys.history.in_force()}
    try:
        check_signature(parse_envelope_unverified(shard.frame(0).envelope), in_force)
    except EnvelopeInvalid as error:
        raise _not_ours(shard, before, error.message) from None
    if genesis_keys(shard.genesis) != in_force:
        raise _not_ours(shard, before, "it names other record keys")


def _not_ours(shard: ReadOnlyLog, before: ReadOnlyLog, why: str) -> LogInconsistent:
    return LogInconsistent(f"shard {shard.shard} does not go on from shard {before.shard}: {why}")


def _mark(files: Files, layout: Layout, secret: bytes) -> bytes:
    first = first_frame(files, layout)
    entry = b"" if first is None else first.envelope
    return keyed_digest(secret, _PURPOSE + entry).encode()
