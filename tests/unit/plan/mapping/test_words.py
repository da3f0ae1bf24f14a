"""A .docx of others: what is wrong in it is named by paragraph."""

from __future__ import annotations

import io

import pytest
from docx import Document

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.judge import check_mapping
from watchkeeper.plan.mapping.read.files import read_mapping


def test_paragraphs_lists_and_cells() -> None:
    document = Document()
    document.add_heading("Our mapping to ISO/IEC 42001:2023", 1)
    document.add_paragraph("Annex A has 39 controls.")
    table = document.add_table(rows=1, cols=3)
    rows = [
        ("Control", "Title", "Whose"),
        ("A.5.1", "Policies", "Data team"),
        ("A.5.2", "AI policy", "Data team"),
        ("A.7.5", "Data provenance", "Data team"),
    ]
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("5.4 AI policy", style="List Number")
    raw = io.BytesIO()
    document.save(raw)
    found = check_mapping(read_mapping("m.docx", raw.getvalue()))
    assert [(one.code, one.id) for one in found.wrong] == [
        ("wrong-count", "39"),
        ("no-such-id", "A.5.1"),
        ("mislabelled", "A.5.2"),
        ("no-such-id", "5.4"),
    ]
    assert found.wrong[0].place == "paragraph 2 of the text"


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0old"])
def test_no_document(raw: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_mapping("m.docx", raw)
