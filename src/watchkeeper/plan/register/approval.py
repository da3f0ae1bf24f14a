"""What an approval holds for: exactly what the record said when it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex

APPROVAL = ("approved_by", "approved", "approved_digest")
"""The keys of a record that are the approval itself."""
_ELSEWHERE = {
    "documents": {*APPROVAL, "digest"},
    "people": {"keys", "passkeys", "sign_in"},
}
"""Of the entries of these lists, keys that have an approval, or a proof, of their own."""


def said_digest(value: Mapping[str, Any], basis: str | None = None) -> str:
    """Return the digest of what a record says, without its approval: SHA-256 in hex.

    Each document of a list has an approval of its own, and whoever enrols a key changes nothing
    that anybody approved: these are left out. `basis` is the digest of what an assessment looked
    at: whoever approves it approves that it is about this.
    """
    said = {key: _said(key, item) for key, item in value.items() if key not in APPROVAL}
    if basis is not None:
        said["basis"] = basis
    return sha256_hex(canonical_arguments(said))


def _said(key: str, value: Any) -> Any:
    out = _ELSEWHERE.get(key)
    if out is None or not isinstance(value, list):
        return value
    return [
        {name: item for name, item in one.items() if name not in out}
        if isinstance(one, Mapping)
        else one
        for one in value
    ]


def approval_stands(value: Mapping[str, Any], basis: str | None = None) -> bool:
    """Tell whether somebody approved a record, of which the approval says what, as it is now."""
    if value.get("approved_by") is None or approves_nothing(value):
        return False
    return not changed_since_approval(value, basis)


def approves_nothing(value: Mapping[str, Any]) -> bool:
    """Tell whether a record names who approved it, and not what: any text would be approved."""
    digest = value.get("approved_digest")
    return value.get("approved_by") is not None and not isinstance(digest, str)


def changed_since_approval(value: Mapping[str, Any], basis: str | None = None) -> bool:
    """Tell whether a record says something else than what was approved.

    Of an approval that names no digest that can not be told: `approves_nothing`.
    """
    approved = value.get("approved_digest")
    return isinstance(approved, str) and approved != said_digest(value, basis)
