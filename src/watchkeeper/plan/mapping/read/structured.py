"""YAML and JSON to passages: an id key with the words of its mapping, or a key that is an id."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.read.passage import LONG, Passage, pieces

MAX_DEPTH = 64
SHORT = 40
_AHEAD = 4_096
"""So far ahead a string is looked for: one that is spelt otherwise has the line before it."""
_MOST_AROUND = 2_000
"""So many signs of a mapping's short values say what its other values stand under."""
ID_KEYS = re.compile(
    r"(ref|reference|code|number|num|identifier|control|clause|article|subcategory|requirement"
    r"|iso_?42001|nist|nist_ai_rmf|eu_ai_act)?_?(id|ref|number|no)?s?",
    re.IGNORECASE,
)
TITLE_KEYS = ("title", "name", "label", "heading", "control_name", "control_title", "short_title")
TEXT_KEYS = ("description", "text", "requirement", "statement", "summary", "objective")
Path = tuple[str | int, ...]
LineOf = Callable[[Path, str], int]


class JsonLines:
    """Finds the line of each string of a JSON text, asked for in the order of the document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._at = 0

    def __call__(self, _path: Path, written: str) -> int:
        """Return the line of a string: that of the last one found, if it is spelt otherwise."""
        for spelt in (f'"{written}"', written):
            found = self._text.find(spelt, self._at, self._at + len(spelt) + _AHEAD)
            if found >= 0:
                self._at = found + 1
                break
        return bisect(self._ends, self._at) + 1


def structured_passages(value: Any, line_of: LineOf) -> Iterator[Passage]:
    """Yield the passages of a parsed document, in its order.

    Raises:
        PlanUnreadable: nested too deeply.
    """
    yield from _walk(value, (), (), line_of)


def _walk(value: Any, path: Path, around: tuple[str, ...], line_of: LineOf) -> Iterator[Passage]:
    if len(path) > MAX_DEPTH:
        raise PlanUnreadable("nested too deeply", f"at most {MAX_DEPTH} levels are read")
    if isinstance(value, Mapping):
        yield from _mapping(value, path, around, line_of)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _walk(item, (*path, i), around, line_of)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        for piece in pieces(str(value)):
            yield Passage(str(line_of(path, str(value))), piece, around=around, cell=True)


def _mapping(
    value: Mapping[str, Any], path: Path, around: tuple[str, ...], line_of: LineOf
) -> Iterator[Passage]:
    label, title = _label(value)
    scalars = [str(inner) for inner in value.values() if isinstance(inner, str | int | float)]
    short = " | ".join(text for text in scalars if len(text) <= SHORT)
    around = (short[:_MOST_AROUND], *around)
    first = 0
    for key, inner in value.items():
        line = line_of((*path, key), str(key))
        first = first or line
        under = (str(key)[:LONG], *around)
        if _is_id(key, inner):
            place = str(line_of((*path, key), str(inner)))
            for piece in pieces(str(inner)):
                yield Passage(place, piece, label, title, under, cell=True)
            continue
        beside, is_title = _beside(inner)
        for piece in pieces(str(key)):
            yield Passage(str(line), piece, beside, is_title, around, cell=True)
        yield from _walk(inner, (*path, key), under, line_of)
    if len(scalars) > 1:
        for piece in pieces(" | ".join(scalars)):
            yield Passage(str(first), piece, around=around, row=True)


def _is_id(key: object, value: object) -> bool:
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return plain and bool(str(key)) and ID_KEYS.fullmatch(str(key)) is not None


def _label(value: Mapping[str, Any]) -> tuple[str, bool]:
    by_key = {str(key).lower(): text for key, text in value.items() if isinstance(text, str)}
    for keys, title in ((TITLE_KEYS, True), (TEXT_KEYS, False)):
        for key in keys:
            if by_key.get(key, "").strip():
                return by_key[key].strip()[:LONG], title
    return "", False


def _beside(inner: Any) -> tuple[str, bool]:
    """Return the words that a key stands for: its text, or the title of its mapping."""
    if isinstance(inner, str):
        return inner.strip()[:LONG], True
    return _label(inner) if isinstance(inner, Mapping) else ("", False)
