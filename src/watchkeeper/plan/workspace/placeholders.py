"""Places of a record where a template still asks: text that begins with `say:`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

MARK = "say:"
"""What a template writes where a person has to say something."""


def placeholders(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every text that is still a question."""
    if isinstance(value, str):
        if _asks(value):
            yield path
        return
    steps: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, item in steps:
        # Nearly all is text that asks nothing, of which there may be a hundred thousand.
        if isinstance(item, str):
            if _asks(item):
                yield (*path, step)
        elif isinstance(item, _PARTS):
            yield from placeholders(item, (*path, step))


def answered(text: str) -> str:
    """Return a text, or nothing where it is still a question."""
    return "" if _asks(text) else text


def _asks(text: str) -> bool:
    return text.lstrip()[: len(MARK)].lower() == MARK


_PARTS = (dict, list)
