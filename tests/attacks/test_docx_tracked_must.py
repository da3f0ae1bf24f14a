"""A duty that stands in a .docx only where many readers do not look."""

from __future__ import annotations

import pytest

from tests.worlds.docx import document, docx, paragraph, run
from watchkeeper.plan.documents.blocks import Seen
from watchkeeper.plan.documents.docx.read import read_docx
from watchkeeper.plan.documents.sentences import sentences_of

_SAYS = "Agents must ask first."


def _field(code: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate")]
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{run(result)}{end}"


def _sign(font: str, char: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>'


_BOX = f"<w:txbxContent>{paragraph(_SAYS)}</w:txbxContent>"
_WRITTEN = {
    "inserted run": (
        paragraph(run("Agents "), f"<w:ins>{run('must ask')}</w:ins>", " first."),
        Seen.TRACKED,
    ),
    "inserted table": (
        f"<w:ins><w:tbl><w:tr><w:tc>{paragraph(_SAYS)}</w:tc></w:tr></w:tbl></w:ins>",
        Seen.TRACKED,
    ),
    "moved here": (paragraph(f"<w:moveTo>{run(_SAYS)}</w:moveTo>"), Seen.TRACKED),
    "split by a deletion": (
        paragraph(run("Agents mu"), f"<w:del>{run('mble')}</w:del>", "st ask first."),
        Seen.TRACKED,
    ),
    "split by a deleted mark": (
        paragraph("Agents mu", properties="<w:rPr><w:del/></w:rPr>") + paragraph("st ask first."),
        Seen.TRACKED,
    ),
    "text box": (paragraph(run("See: "), f"<w:r><w:pict>{_BOX}</w:pict></w:r>"), Seen.PICTURES),
    "choice": (
        paragraph(
            f"<w:r><mc:AlternateContent><mc:Choice>{_BOX}</mc:Choice><mc:Fallback>{_BOX}</mc:Fallback></mc:AlternateContent></w:r>"
        ),
        None,
    ),
    "older programs": (
        paragraph(
            f"<w:r><mc:AlternateContent><mc:Choice>{_BOX.replace('must', 'may')}</mc:Choice>"
            f"<mc:Fallback>{_BOX}</mc:Fallback></mc:AlternateContent></w:r>"
        ),
        Seen.ALTERNATE,
    ),
    "hidden": (paragraph(run(_SAYS, "<w:vanish/>")), Seen.HIDDEN),
    "result of a field": (paragraph(run("Agents "), _field("REF x", "must"), " ask first."), None),
    "field without end": (
        paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', _SAYS),
        Seen.OPEN_FIELD,
    ),
    "filled in": (
        f"<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr><w:sdtContent>{paragraph(_SAYS)}</w:sdtContent></w:sdt>",
        Seen.BOUND,
    ),
    "cell": (f"<w:tbl><w:tr><w:tc>{paragraph(_SAYS)}</w:tc></w:tr></w:tbl>", None),
    "sign": (paragraph(run("Agents mu"), _sign("Arial", "0073"), run("t ask first.")), None),
    "old sign": (paragraph(run("Agents mu"), _sign("Arial", "F073"), run("t ask first.")), None),
    "letter by letter": (paragraph(*(run(letter) for letter in _SAYS)), None),
}
_NOT_WRITTEN = {
    "deleted run": (
        paragraph("Agents ", f"<w:del>{run('must ')}</w:del>", "ask first."),
        Seen.TRACKED,
    ),
    "moved away": (paragraph(f"<w:moveFrom>{run(_SAYS)}</w:moveFrom>"), Seen.TRACKED),
    "deleted row": (
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph(_SAYS)}</w:tc></w:tr></w:tbl>",
        Seen.TRACKED,
    ),
    "code of a field": (paragraph(run("Agents ask "), _field("IF 1 must", "first.")), None),
}


@pytest.mark.parametrize("name", _WRITTEN)
def test_a_duty_is_found_wherever_it_is_shown(name: str) -> None:
    body, seen = _WRITTEN[name]
    reading = read_docx(docx(body))
    assert [one.says for one in sentences_of(reading)] == [_SAYS]
    assert seen is None or seen in {note.seen for note in reading.notes}
    assert reading.has_two_readings == (seen is Seen.TRACKED)


@pytest.mark.parametrize("name", _NOT_WRITTEN)
def test_what_is_deleted_or_not_shown_binds_nobody(name: str) -> None:
    body, seen = _NOT_WRITTEN[name]
    reading = read_docx(docx(body))
    assert sentences_of(reading) == ()
    assert reading.has_two_readings == (seen is Seen.TRACKED)


@pytest.mark.parametrize("part", ["footnotes", "endnotes"])
def test_a_duty_in_a_note_is_found(part: str) -> None:
    note = document(f"<w:footnote>{paragraph(_SAYS)}</w:footnote>", part)
    (found,) = sentences_of(read_docx(docx(paragraph("Nothing here."), **{part: note})))
    assert (found.says, found.place) == (_SAYS, f"paragraph 1 of the {part}")


def test_a_change_of_layout_alone_leaves_it_open_too() -> None:
    body = paragraph(_SAYS, properties="<w:pPrChange><w:pPr/></w:pPrChange>")
    assert read_docx(docx(body)).has_two_readings


@pytest.mark.parametrize(
    ("label", "named"),
    [
        ("Agents must never pay alone %1.", True),
        ("Agents mu", True),
        ("m", True),
        ("%1.%2)", False),
        ("Article %1", False),
        ("o", False),
        ("\uf0b7", False),
    ],
)
def test_words_in_the_labels_of_lists_are_named(label: str, named: bool) -> None:
    level = f'<w:lvl w:ilvl="0"><w:lvlText w:val="{label}"/></w:lvl>'
    numbering = document(f"<w:abstractNum>{level}</w:abstractNum>", "numbering")
    reading = read_docx(docx(paragraph("Text."), numbering=numbering))
    assert (Seen.LABELS in {note.seen for note in reading.notes}) == named


def test_a_sign_out_of_a_font_of_signs_is_no_letter() -> None:
    body = paragraph(run("Agents mu"), _sign("Wingdings", "F073"), run("t ask first."))
    assert sentences_of(read_docx(docx(body))) == ()
