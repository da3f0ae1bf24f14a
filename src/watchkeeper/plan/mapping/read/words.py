"""A .docx to passages: paragraphs, headings, items of lists, and tables cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from watchkeeper.plan.documents.blocks import Block
from watchkeeper.plan.documents.docx.read import read_docx
from watchkeeper.plan.mapping.read.passage import LONG, Passage, pieces

_ID = re.compile(r"[\w.() /-]{0,20}[0-9][\w.()-]{0,8}")
_MOST = 14
"""So many words of the next paragraph are taken for what stands in the next cell."""


def docx_passages(raw: bytes) -> tuple[tuple[Passage, ...], str]:
    """Return the passages of a .docx, and what else was seen in it, in a sentence.

    Open changes count as written. Which column a cell is of does not show: the words of the cell
    after a number are taken for a description of it, never for its name.

    Raises:
        PlanUnreadable: it is no .docx, or one that can not be believed.
    """
    found = read_docx(raw)
    return tuple(_passages(found.blocks)), "; ".join(note.says for note in found.notes)


def _passages(blocks: Sequence[Block]) -> Iterator[Passage]:
    heading = ""
    for i, block in enumerate(blocks):
        around = (heading,) if heading else ()
        if block.heading:
            heading = block.text[:LONG]
        alone = _ID.fullmatch(block.text.strip()) is not None
        label = _after(blocks, i) if alone else ""
        for piece in pieces(block.text):
            cell = alone or block.heading or block.level > 0
            yield Passage(block.place, piece, label, around=around, cell=cell)


def _after(blocks: Sequence[Block], i: int) -> str:
    text = blocks[i + 1].text.strip() if i + 1 < len(blocks) else ""
    return text[:LONG] if len(text.split()) <= _MOST and not _ID.fullmatch(text) else ""
