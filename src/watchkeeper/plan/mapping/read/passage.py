"""A piece of somebody's mapping: its words, the words beside it, and what it stands under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """Text at a place of a file.

    `place` is a line (`12`), or a sheet and cell (`SoA!B4`). In a `cell` a number that stands
    first is an id; in running text it is not. `label` are the words beside the text; `title` says
    that they are meant as a name, not as a description. `around` is what it stands under, the
    nearest first: a column's or a list's name, headings. A `row` is what stands together, put
    together: it is read for dates and counts alone.
    """

    place: str
    text: str
    label: str = ""
    title: bool = False
    around: tuple[str, ...] = ()
    cell: bool = False
    row: bool = False
