"""A piece of somebody's mapping: its words, the words beside it, and what it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r"\S.{0,1999}(?!\S)|\S.{0,1999}", re.DOTALL)
LONG = 2000
"""So many signs of anything are looked at together."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Text at a place of a file.

    `place` is a line (`12`), or a sheet and cell (`SoA!B4`). In a `cell` a number that stands
    first is an id; in running text it is not. `label` are the words beside the text; `title` says
    that they are meant as a name, not as a description. `around` is what it stands under, the
    nearest first: a column's or a list's name, headings. A `row` is what stands together, put
    together: it is read for days alone. Nothing in it is longer than `LONG`.
    """

    place: str
    text: str
    label: str = ""
    title: bool = False
    around: tuple[str, ...] = ()
    cell: bool = False
    row: bool = False


def pieces(text: str) -> Iterator[str]:
    """Yield text in pieces of at most `LONG` signs, broken between words where there are any."""
    if len(text) <= LONG:
        yield text
    else:
        yield from (found[0].strip() for found in _PIECE.finditer(text))
