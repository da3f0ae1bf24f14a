"""Every free text of a register says something hostile: script, formulas, turned letters, no end.

What goes out of it is valid by the schemas of OSCAL, by the validator of CycloneDX and by its own
check of references; in the workbook it is text, and comes back as what it was.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.conformance.oscal.test_by_schemas import wrong
from tests.worlds.aims import ManagedWorkspace
from tests.worlds.exchanged import DAY, said_in
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.said import Said
from watchkeeper.plan.exchange.xlsx.changes import compare
from watchkeeper.plan.exchange.xlsx.here import here, sheets
from watchkeeper.plan.exchange.xlsx.reading import read_workbook
from watchkeeper.plan.exchange.xlsx.writing import write_workbook

FREE = frozenset(
    [
        "title",
        "purpose",
        "reason",
        "statement",
        "why",
        "what",
        "cause",
        "correction",
        "description",
        "how",
        "process",
        "result",
        "name",
        "summary",
        "analysis",
        "conclusion",
        "impartial",
        "scope",
        "organisation",
        "note",
        "similar",
        "intended_use",
    ]
)
HOSTILE = [
    "=cmd|' /C calc'!A0 <script>alert(1)</script> ]]> &amp; <!DOCTYPE x> {{ insert: param, p-1 }}",
    "@SUM(A1) ../../../etc/passwd \u202e\u2066 turned \u200b _x0041_ _x000D_ _xD800_ \x80\x9b\x7f",
    "two\n\n- lines: [a, b]\n# and \t more\u2028",
    "+é long " * 500,
]


def _filled(value: Any, text: str, *, free: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, text, free=key in FREE) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, text, free=free) for one in value]
    return text if free and isinstance(value, str) else value


def _said(folder: Path, text: str) -> Said:
    world = ManagedWorkspace()
    world.records = {at: _filled(says, text) for at, says in world.records.items()}
    return said_in(world.write(folder))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_it_goes_out_as_text_and_valid(tmp_path: Path, text: str) -> None:
    said = _said(tmp_path, text)
    documents = {path: json.loads(raw) for path, raw in oscal_documents(said, DAY).items()}
    assert {path: wrong(path, one) for path, one in documents.items()} == {
        path: [] for path in documents
    }
    assert not any(one.broken for one in check_documents(documents).found)
    assert why_invalid(json.loads(bill_of_materials(said))) == ""
    raw = write_workbook(sheets(said.register), ("about",), DAY)
    cells = [cell for page in load_workbook(io.BytesIO(raw)) for row in page for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    book = read_workbook(raw, {one.id: one.name for one in said.aims.people})
    found = compare(book, here(said.register))
    assert (book.wrong, found.changes, found.conflicts, found.gone) == ([], (), (), ())
