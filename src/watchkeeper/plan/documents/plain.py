"""Plain text as blocks: paragraphs stand apart by empty lines, items begin with a mark."""

from __future__ import annotations

import re

from watchkeeper.plan.documents.blocks import Block, Reading

_ITEM = re.compile(r"^[ \t]*(?:[-*+•‣▪◦·]|\(?(?:\d{1,3}|[a-z])[.)])[ \t]+\S")


def read_plain(text: str) -> Reading:
    """Return the blocks of a text with plain line ends."""
    blocks: list[Block] = []
    gathered: list[str] = []
    begun, level = 1, 0

    def end() -> None:
        said = "\n".join(gathered)
        if said.strip():
            blocks.append(Block(said, said, f"line {begun}", begun, level))
        gathered.clear()

    for number, line in enumerate(text.split("\n"), start=1):
        item = _ITEM.match(line) is not None
        if item or not line.strip():
            end()
        if item or (not gathered and line.strip()):
            begun, level = number, int(item)
        if line.strip():
            gathered.append(line)
    end()
    return Reading(tuple(blocks))
