"""Words of the pages: times, spans, and text of others made safe to look at."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.records.instant import Instant

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LINES = frozenset("\n\t")
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_MICROS = 1_000_000
_BMP = 0xFFFF
LINES = 12


def plainly(text: str) -> str:
    """Escape what would not be seen as it is: controls, overrides of direction, invisible signs.

    An agent must not dress up what it asks for.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in _LINES or unicodedata.category(char) not in _HIDDEN else _escaped(char)
        for char in text
    )


def _escaped(char: str) -> str:
    """Spell a sign out as JSON does, and as the sentence of an action has it."""
    code = ord(char)
    return f"\\u{code:04x}" if code <= _BMP else f"\\u{{{code:x}}}"


def head(text: str, most: int = 2_048) -> str:
    """Return what of a text is shown at once: `most` characters, and not more than twelve lines."""
    lines = text[: most + 1].split("\n", LINES)
    short = "\n".join(lines[:LINES])
    return text if len(lines) <= LINES and len(text) <= most else short[:most]


def text_of(value: Any) -> str:
    """Return an argument's value as text: a text as it stands, all else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return canonical_arguments(value).decode()
    except RecordInvalid:
        return str(value)


def span(micros: int) -> str:
    """Say how long, in its two largest units: `3 h 20 min`; what is under a minute in seconds."""
    seconds = max(0, micros) // _MICROS
    if seconds < 60:
        return f"{seconds} s"
    parts: list[tuple[int, str]] = []
    for size, unit in _SPANS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


def since(at: Instant, now: Instant) -> str:
    """Say how long ago, or in how long."""
    if abs(now - at) < _MICROS:
        return "just now"
    return f"{span(now - at)} ago" if now > at else f"in {span(at - now)}"


def clock(at: Instant, now: Instant) -> str:
    """Say when, in UTC: the time alone where it is of today."""
    text = str(at)
    return f"{text[11:16]} UTC" if text[:10] == str(now)[:10] else f"{text[:10]} {text[11:16]} UTC"


def number(text: str) -> str:
    """Write a decimal with thin spaces between thousands; anything else as it stands."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    return f"{value:,f}".replace(",", "\N{THIN SPACE}")


def many(count: int, one: str, more: str) -> str:
    """Say how many of a thing."""
    return f"{count} {one if count == 1 else more}"
