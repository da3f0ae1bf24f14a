"""The records about passkeys: without them what a registered passkey signed can not be checked."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.ledger.tiles import WIDTH
from watchkeeper.verify.bundle.manifest import Run
from watchkeeper.verify.compose.needle import Needle
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.glance import glance

_PASSKEY = Needle.of(b'"predicateType":"urn:x-watchkeeper:passkey')
_ASSERTION = Needle.of(b'"authenticatorData"')
_KINDS = frozenset({"passkey", "passkey-revoked"})


def passkey_records(shelf: Shelf, runs: Iterable[Run]) -> list[int]:
    """Return the indexes of all records about passkeys before the end of the runs.

    None where nothing near the runs was signed with a passkey: then nothing has to be read.
    """
    chosen = list(runs)
    if not any(_ASSERTION.found(shelf.raw(number)) for number in _shelves(chosen)):
        return []
    end = max(last for _, last in chosen)
    found = []
    for number in range(-(-end // WIDTH)):
        if _PASSKEY.found(shelf.raw(number)):
            first = number * WIDTH
            inside = shelf.run((first, min(first + WIDTH, end)))
            found += [index for index, entry in inside if glance(index, entry).kind in _KINDS]
    return found


def _shelves(runs: Iterable[Run]) -> set[int]:
    return {number for first, end in runs for number in range(first // WIDTH, -(-end // WIDTH))}
