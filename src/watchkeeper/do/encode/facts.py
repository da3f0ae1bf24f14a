"""Facts read from the system of record as Cedar values: exact, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.do.encode import scalars
from watchkeeper.do.encode.outcome import Refusal, Unencodable
from watchkeeper.errors import cut


def encode_fact(kind: str, value: Any) -> Any | Unencodable:
    """Encode one declared field of a fact source by its declared type.

    `kind` is string, bool, long, decimal or datetime. A decimal may also come as text
    (`"12.50"`), since many systems of record send money so. Null, absence and every other type
    are refused: a fact is there and right, or the action is blocked.
    """
    take = _KINDS.get(kind)
    if take is None:
        return Unencodable("", f"has an unknown type: {cut(kind)}")
    try:
        return take(value, "")
    except Refusal as refusal:
        return refusal.value


def _text(value: Any, path: str) -> str:
    text = scalars.text(value, path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refusal(path, "holds a lone surrogate") from None
    return text


def _decimal(value: Any, path: str) -> str:
    return scalars.render_decimal(scalars.parse_decimal(value, path), path)


_KINDS: dict[str, Callable[[Any, str], Any]] = {
    "string": _text,
    "bool": scalars.boolean,
    "long": scalars.whole,
    "decimal": _decimal,
    "datetime": scalars.moment,
}
