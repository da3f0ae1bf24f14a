"""RFC 8785 with the standard library alone, for where `rfc8785` is not installed."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from watchkeeper.records.codec import MAX_INTEGER

_PLAIN_DIGITS = 21
"""Numbers with at most so many digits before the point are written without an exponent."""


def render_jcs(value: Any) -> bytes:
    """Render a JSON value in the canonical form of RFC 8785.

    Raises:
        ValueError: NaN, an infinity, an integer beyond 2^53-1, or a lone surrogate.
        TypeError: something that is no JSON value.
    """
    return _render(value).encode()


def _render(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)  # noqa: TID251 - of one word, canonical
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise ValueError(f"integer beyond 2^53-1: {value}")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        # Keys are ordered by their UTF-16 code units (RFC 8785, 3.2.3).
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_render(key)}:{_render(value[key])}" for key in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_render(item) for item in value) + "]"
    raise TypeError(f"no JSON value: {type(value).__name__}")


def _number(value: float) -> str:
    """Write a number as ECMAScript does (ECMA-262, Number::toString; RFC 8785, 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError("NaN or an infinity")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, exponent = _shortest(abs(value))
    point = len(digits) + exponent
    if len(digits) <= point <= _PLAIN_DIGITS:
        return f"{sign}{digits}{'0' * exponent}"
    if 0 < point <= _PLAIN_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"


def _shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits that give this number back, and the power of ten behind them."""
    _, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    short = text.rstrip("0")
    return short, int(exponent) + len(text) - len(short)
