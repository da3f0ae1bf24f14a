"""A .docx as blocks of text: text, text boxes, tables, notes, headers and footers."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.documents.blocks import Note, Reading, Seen
from watchkeeper.plan.documents.docx.archive import Archive, open_archive
from watchkeeper.plan.documents.docx.labels import Labels
from watchkeeper.plan.documents.docx.markup import walk
from watchkeeper.plan.documents.docx.paragraphs import SAYS, Paragraphs
from watchkeeper.plan.documents.docx.relations import (
    Relation,
    from_outside,
    main_part,
    relations,
)
from watchkeeper.plan.documents.docx.styles import Styles

_BESIDE = {
    "footnotes": "the footnotes",
    "endnotes": "the endnotes",
    "header": "a header",
    "footer": "a footer",
}


def read_docx(raw: bytes) -> Reading:
    """Return the blocks of a .docx, each open change accepted, and what else was seen in it.

    Comments are not read. Nothing outside the file is ever fetched.

    Raises:
        PlanUnreadable: it is no .docx, or one that can not be believed.
    """
    archive = open_archive(raw)
    main = main_part(archive)
    beside = relations(archive, main)
    styles = Styles()
    for one in beside:
        if one.kind == "styles" and not one.outside:
            walk(archive.read(one.target) or b"<none/>", one.target, styles)
    parts = {main: "the text"} | {
        one.target: _BESIDE[one.kind] for one in beside if one.kind in _BESIDE and not one.outside
    }
    read = [_part(archive, name, of, styles) for name, of in parts.items()]
    blocks = tuple(block for found in read for block in found.blocks)
    notes = dict.fromkeys(note for found in read for note in found.notes())
    return Reading(blocks, (*notes, *_labels(archive, beside), *_package(archive)))


def _part(archive: Archive, name: str, of: str, styles: Styles) -> Paragraphs:
    raw = archive.read(name)
    if raw is None:
        message = f"{of} should be in the part {cut(name)}, which is not there"
        raise PlanUnreadable(message, "save it again with the program that wrote it")
    found = Paragraphs(styles, of)
    walk(raw, name, found)
    if found.open_fields:
        found = Paragraphs(styles, of, fields=False)
        walk(raw, name, found)
        found.seen.add(Seen.OPEN_FIELD)
    found.finish()
    return found


def _labels(archive: Archive, beside: tuple[Relation, ...]) -> Iterator[Note]:
    labels = Labels()
    for one in beside:
        if one.kind == "numbering" and not one.outside:
            walk(archive.read(one.target) or b"<none/>", one.target, labels)
    if labels.worded:
        yield Note(Seen.LABELS, SAYS[Seen.LABELS])


def _package(archive: Archive) -> Iterator[Note]:
    if any(name.endswith("vbaproject.bin") for name in archive.parts):
        yield Note(Seen.MACROS, "it carries macros, which may change what it says")
    kinds = sorted(set(from_outside(archive)))
    if "aFChunk" in kinds or "subDocument" in kinds:
        yield Note(Seen.EMBEDDED, SAYS[Seen.EMBEDDED])
    if kinds:
        says = f"it takes {', '.join(kinds)} from outside the file, which is not read"
        yield Note(Seen.OUTSIDE, says)
