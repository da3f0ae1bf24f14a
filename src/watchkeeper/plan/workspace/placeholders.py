"""Places of a record where a template still asks: text that begins with `say:`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MARK = "say:"
"""What a template writes where a person has to say something."""


def placeholders(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every text that is still a question."""
    if isinstance(value, str):
        if value.lstrip().lower().startswith(MARK):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from placeholders(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from placeholders(item, (*path, i))
