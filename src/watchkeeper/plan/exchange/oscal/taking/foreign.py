"""Documents of others, read with bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.errors import ImportRefused, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json

MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 60
AS_JSON = "it is read in JSON, as UTF-8: convert XML, YAML and other encodings first"


def parse_document(raw: bytes, name: str) -> Mapping[str, Any]:
    """Parse one JSON document of others.

    Raises:
        ImportRefused: not JSON, a key twice in one object, too large or nested too deeply.
    """
    text = raw.removeprefix(b"\xef\xbb\xbf")
    if not text.lstrip().startswith(b"{"):
        raise ImportRefused(f"{cut(name)} is no JSON object", AS_JSON)
    try:
        value = parse_json(text, max_bytes=MOST_BYTES, max_depth=DEEPEST)
    except RecordInvalid as error:
        raise ImportRefused(f"{cut(name)} can not be read: {error.message}") from None
    if not isinstance(value, dict):
        raise ImportRefused(f"{cut(name)} is no JSON object")
    return value
