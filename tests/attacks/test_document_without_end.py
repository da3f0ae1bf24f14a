"""A document in which each item has to be read again with all that stands before it, or each sign.

What would take longer and longer is worked out once, or the document is refused in words. A part
that is named and not there is no reason to read the rest as if it were all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.docx import docx, pack, paragraph, parts, relationships, run
from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.blocks import Seen
from watchkeeper.plan.documents.docx.read import read_docx
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.documents.sentences import MOST_LED, sentences_of
from watchkeeper.plan.whole import lint_workspace

_HEADER = '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{}</w:hdr>'


def _long_list() -> str:
    lead = "The agent must " + "see " * (MOST_LED // 400)
    return lead + ":\n\n" + "- do it\n" * 120


def test_items_under_a_lead_in_without_end_are_refused() -> None:
    reading = read_document("policy.md", _long_list().encode())
    assert reading is not None
    with pytest.raises(PlanUnreadable, match="too long to read with each item"):
        sentences_of(reading)


def test_lint_names_such_a_document(tmp_path: Path) -> None:
    folder = ManagedWorkspace().write(tmp_path)
    named = next((folder / "documents").rglob("*.md"))
    named.write_text(_long_list())
    assert any("too long to read" in str(one) for one in lint_workspace(folder).findings)


def test_numbers_alone_end_no_sentence_but_the_first() -> None:
    reading = read_document("policy.txt", b"1. Agents must ask. 2. Agents must stop. 3. They may.")
    assert reading is not None
    assert [one.says for one in sentences_of(reading)] == [
        "Agents must ask.",
        "Agents must stop.",
    ]
    assert sentences_of(read_document("x.txt", b"must 1. " * 5_000) or reading)


def test_fields_in_fields_show_what_they_show() -> None:
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    body = paragraph(
        *[begin, run("code"), separate, begin, run("inner code"), separate],
        *[run("Agents must ask."), end, end, run(" Agents must stop.")],
    )
    assert read_docx(docx(body)).blocks[0].text == "Agents must ask. Agents must stop."


def test_alternates_without_end_all_count() -> None:
    choice = run("Agents must ask. " * 2_000)
    spare = "".join(paragraph(f"Agents must {n}.") for n in range(2_000))
    inner = f"<mc:Choice>{choice}</mc:Choice><mc:Fallback>{spare}</mc:Fallback>"
    found = read_docx(docx(f"<w:p><mc:AlternateContent>{inner}</mc:AlternateContent></w:p>"))
    assert Seen.ALTERNATE in {note.seen for note in found.notes}
    assert len(found.blocks) == 2_001


@pytest.mark.parametrize("target", ["head%65r.xml", "./header.xml", "../word/header.xml"])
def test_a_header_is_found_however_it_is_spelt(target: str) -> None:
    members = parts(paragraph("Nothing."), header=_HEADER.format(paragraph("Agents must stop.")))
    members["word/_rels/document.xml.rels"] = relationships(("header", target, False))
    assert "Agents must stop." in [one.text for one in read_docx(pack(members)).blocks]


def test_a_header_that_is_not_there_is_named() -> None:
    members = parts(paragraph("Agents may rest."))
    members["word/_rels/document.xml.rels"] = relationships(("header", "gone.xml", False))
    with pytest.raises(PlanUnreadable, match=r"a header should be in the part `word/gone\.xml`"):
        read_docx(pack(members))


@pytest.mark.parametrize("flag", [0x20, 0x40, 0x2000])
def test_a_member_that_no_reader_opens_is_refused(flag: int) -> None:
    raw = bytearray(docx(paragraph("Agents must ask.")))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= flag & 0xFF
    raw[at + 9] |= flag >> 8
    with pytest.raises(PlanUnreadable):
        read_docx(bytes(raw))
