"""What binds one item of a list of verdicts to the action that was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.records.codec import Json

MOST_ITEMS = 50
"""How many actions one signature may decide."""


def item_binding(bound: Mapping[str, Json]) -> str:
    """Return the SHA-256 of everything that a verdict on one action is bound to, in hex.

    `bound` holds `handle`, `request`, `tool`, `pin`, `agent`, `plan`, `shown`, `expires`, `role`.
    """
    return sha256_hex(canonical(dict(bound)))


def group_digest(items: Iterable[Json]) -> str:
    """Return the SHA-256 of a signed list of items, in hex: what its verdicts share."""
    return sha256_hex(canonical(list(items)))
