"""The records that changed the record key: without them nothing after them can be verified."""

from __future__ import annotations

from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.verify.compose.shelf import Shelf


def key_changes(shelf: Shelf) -> list[int]:
    """Return the indexes of the rotations and revocations that the checkpoint covers.

    They are those that the log itself lists in `records.pem`. What a list left out is found when
    the bundle is verified: the key is not known then.

    Raises:
        KeyUnsafe: the list can not be read.
    """
    raw = shelf.source.read("records.pem") or b""
    terms = parse_key_list(raw.decode(errors="replace"))
    found = {term.first - 1 for term in terms if term.first}
    found |= {term.revoked_at for term in terms if term.revoked_at is not None}
    return sorted(index for index in found if index < shelf.size)
