"""The released plan as bytes, and back; and the pin of a tool's definition.

A plan is canonical JSON by RFC 8785 (argument names may be any text), named by the SHA-256 of
those bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import (
    MAX_RECORD_DEPTH,
    canonical_arguments,
    parse_json,
    sha256_hex,
)
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.plan.bundle import Bundle

FORMAT = 1
MAX_BUNDLE_BYTES = 256 * 1024 * 1024
REGISTER = "register"
"""Where the register stands in the payload that holds a plan under `bundle`."""


def bundle_bytes(bundle: Bundle) -> bytes:
    """Render a plan; the same plan always gives the same bytes."""
    return canonical_arguments(to_json(bundle))


def bundle_digest(raw: bytes) -> str:
    """Return the name of a plan: SHA-256 of its bytes, in hex."""
    return sha256_hex(raw)


def parse_bundle(raw: bytes) -> Bundle:
    """Parse a plan that `bundle_bytes` rendered.

    Raises:
        RecordInvalid: not a plan, of a format that we do not know, or not in canonical form.
    """
    value = parse_json(raw, max_bytes=MAX_BUNDLE_BYTES, max_depth=MAX_RECORD_DEPTH)
    known = value.get("format") if isinstance(value, dict) else None
    if known != FORMAT:
        raise RecordInvalid(f"not a plan of format {FORMAT}: {cut(known)}")
    bundle = from_json(Bundle, value)
    if bundle_bytes(bundle) != raw:
        raise RecordInvalid("a plan that is not in canonical form")
    return bundle


def tool_pin(definition: Mapping[str, Any]) -> str:
    """Return the pin of a tool: SHA-256 of its whole definition, as listed, by RFC 8785.

    Raises:
        RecordInvalid: the definition has no canonical form.
    """
    return sha256_hex(canonical_arguments(definition))
