"""Markdown and plain text to passages: headings, lists, tables, lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchkeeper.plan.mapping.read.passage import LONG, Passage, pieces
from watchkeeper.plan.mapping.read.tables import table_passages

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_LIST = re.compile(r"\s*(?:>\s*)*(?:[-*+]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"\|?[\s:|-]+\|?")
_FENCE = re.compile(r"\s*(```|~~~)")
_MARKS = re.compile(r"\*\*|__|`")


def prose_passages(text: str) -> Iterator[Passage]:
    """Yield the passages of text, in order; a line ends where editors count one."""
    headings: list[tuple[int, str]] = []
    table: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        around = tuple(title for _, title in reversed(headings))
        if line.lstrip().startswith("|"):
            if not _RULE.fullmatch(line.strip()):
                table.append((str(number), _cells(line)))
            continue
        yield from _ended(table, around)
        table = []
        if found := _HEADING.fullmatch(line):
            level, title = len(found[1]), _MARKS.sub("", found[2].rstrip().rstrip("#").rstrip())
            headings = [one for one in headings if one[0] < level] + [(level, title[:LONG])]
            for piece in pieces(title):
                yield Passage(str(number), piece, around=around, cell=True)
        elif line.strip() and not _FENCE.match(line):
            yield from _line(number, line, around)
    yield from _ended(table, tuple(title for _, title in reversed(headings)))


def _line(number: int, line: str, around: tuple[str, ...]) -> Iterator[Passage]:
    item = _LIST.match(line)
    text = _MARKS.sub("", line[item.end() :] if item else line).strip()
    for piece in pieces(text):
        yield Passage(str(number), piece, around=around, cell=item is not None)


def _ended(table: list[tuple[str, list[str]]], around: tuple[str, ...]) -> Iterator[Passage]:
    if table:
        yield from table_passages(table, around)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [_MARKS.sub("", cell).strip() for cell in re.split(r"(?<!\\)\|", inner)]
