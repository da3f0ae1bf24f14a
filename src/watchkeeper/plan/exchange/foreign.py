"""Documents of others in JSON, read with bounds, and their words made fit for a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ImportRefused, RecordInvalid
from watchkeeper.ledger.canonical import parse_json

_MARK = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, which some write before their JSON (RFC 8259, 8.1)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a document may be and how deep it may nest; `advice` for what is no JSON."""

    most_bytes: int
    deepest: int
    advice: str


def parse_document(raw: bytes, name: str, bounds: Bounds) -> Mapping[str, Any]:
    """Parse one JSON document of others; `name` is how it is called, fit to be shown.

    Raises:
        ImportRefused: not JSON, a key twice in one object, too large or nested too deeply.
    """
    text = raw.removeprefix(_MARK)
    if not text.lstrip().startswith(b"{"):
        raise ImportRefused(f"{name} is no JSON object", bounds.advice)
    try:
        value = parse_json(text, max_bytes=bounds.most_bytes, max_depth=bounds.deepest)
    except RecordInvalid as error:
        raise ImportRefused(f"{name} can not be read: {error.message}") from None
    if not isinstance(value, dict):
        raise ImportRefused(f"{name} is no JSON object")
    return value


def line_of(value: Any) -> str:
    """Return foreign text as one line that can be printed."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable())
