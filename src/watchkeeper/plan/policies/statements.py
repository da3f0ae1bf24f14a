"""A Cedar file cut into its statements, each with the line where it begins.

Only cut, never parsed: what a statement means, the official parser says. Outside strings and
comments a `;` ends a policy and stands nowhere else (Cedar grammar, `Policy ::= ... ';'`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r"""//[^\n]*|"(?:\\.|[^"\\])*"|;|[^";/]+|.""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy as text, without the comments before it; `line` counts from 1."""

    line: int
    text: str


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a file; the last one may lack its `;`."""
    pieces: list[str] = []
    line = start = 1
    for found in _PIECE.finditer(text):
        piece = found.group()
        pieces_are_empty = not pieces
        if piece.startswith("//") and pieces_are_empty:
            continue
        if pieces_are_empty:
            piece, skipped = _without_lead(piece)
            line += skipped
            start = line
        if piece:
            pieces.append(piece)
            line += piece.count("\n")
        if piece == ";":
            yield Statement(start, "".join(pieces))
            pieces = []
    rest = "".join(pieces)
    if rest.strip():
        yield Statement(start, rest.rstrip())


def _without_lead(piece: str) -> tuple[str, int]:
    stripped = piece.lstrip()
    return stripped, piece[: len(piece) - len(stripped)].count("\n")
