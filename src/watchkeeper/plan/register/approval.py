"""What an approval holds for: exactly what the record said when it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex

APPROVAL = ("approved_by", "approved", "approved_digest")
"""The keys of a record that are the approval itself."""


def said_digest(value: Mapping[str, Any]) -> str:
    """Return the digest of what a record says, without its approval: SHA-256 in hex."""
    said = {key: item for key, item in value.items() if key not in APPROVAL}
    return sha256_hex(canonical_arguments(said))


def changed_since_approval(value: Mapping[str, Any]) -> bool:
    """Tell whether a record says something else than what was approved.

    Of an approval that names no digest that can not be told.
    """
    approved = value.get("approved_digest")
    return isinstance(approved, str) and approved != said_digest(value)
