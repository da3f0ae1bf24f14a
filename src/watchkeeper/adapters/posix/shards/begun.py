"""Whether this home began the shard that it finds: nobody without its keys can put one there.

A shard's first record names the keys that count in it. So it is held against something outside of
it: the home's own mark, made under a secret that only the home has, or the shard before. The first
shard has none before it: it must name one key alone, with which the home goes on or began.
"""

from __future__ import annotations

import hmac

from watchkeeper.adapters.posix.custody import KeyScan
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.reader import ReadOnlyLog, read_shard
from watchkeeper.adapters.posix.recovery import read_genesis
from watchkeeper.adapters.posix.segments import first_frame
from watchkeeper.adapters.secret import name_of
from watchkeeper.errors import EnvelopeInvalid, LogInconsistent, cut
from watchkeeper.ledger.canonical import keyed_digest
from watchkeeper.ledger.envelope import check_signature, parse_envelope_unverified
from watchkeeper.ledger.key_history import genesis_keys

_PURPOSE = b"taken over\n"


def is_marked(files: Files, layout: Layout, secret: bytes) -> bool:
    """Tell whether the home noted that this shard is its own, and what it took over right."""
    try:
        found, right = layout.taken_over.read_bytes(), _mark(files, layout, secret)
    except OSError:
        return False
    return hmac.compare_digest(found, right)


def mark(files: Files, layout: Layout, secret: bytes) -> None:
    """Note that a shard is the home's own, and what it took over right; durable when this returns.

    Raises:
        OSError: the disk fails.
    """
    files.replace(layout.taken_over, _mark(files, layout, secret), 0o600)


def check_begun(files: Files, layout: Layout, secret: bytes) -> None:
    """Refuse a shard that was not begun with a record key in force where the one before ends.

    Nothing is read where the home marked it. Else each shard is held against the one before, back
    to one that is marked, or to the first.

    Raises:
        LogInconsistent: another key or another home began it, or the shard before is not here to
            tell.
        LedgerError: the shard before is damaged.
        HomeInvalid: it has no first record.
    """
    newest = layout
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
    if is_marked(files, newest, secret):
        return
    _check_secret(files, newest, secret)
    if not layout.shard and not is_marked(files, layout, secret):
        _check_first(files, layout)


def _check_secret(files: Files, layout: Layout, secret: bytes) -> None:
    """Refuse a secret that is not the one that the shard's first record names."""
    genesis = read_genesis(files, layout)
    if genesis.recall is not None and genesis.recall != name_of(secret, genesis.origin):
        raise LogInconsistent(
            f"the secret of {cut(layout.root)} is not the one that shard {layout.shard} was begun"
            " with: no retry of an earlier action would be recognised",
            f"put {layout.secret.name} back from a copy; or else the first record is a stranger's",
        )


def _check_first(files: Files, layout: Layout) -> None:
    """Refuse a first shard that is not the home's: it has another mark, or a second key."""
    if layout.taken_over.exists():
        raise LogInconsistent(f"{cut(layout.root)} holds another first record than it began with")
    if len(read_genesis(files, layout).record_keys) != 1:
        raise LogInconsistent(
            f"the first record of {cut(layout.root)} names several record keys, and a home begins"
            " with one"
        )


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
