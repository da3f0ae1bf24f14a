"""Workbooks of others: what is wrong in them is named by sheet and cell."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import orjson
import pytest
from openpyxl import Workbook

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.judge import MOST, Checked, check_mapping
from watchkeeper.plan.mapping.read.files import read_mapping
from watchkeeper.plan.mapping.text import mapping_json, mapping_text


def checked(*rows: list[Any], title: str = "Mapping") -> Checked:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    return check_mapping(read_mapping("m.xlsx", raw.getvalue()))


def test_by_sheet_and_cell() -> None:
    found = checked(
        ["Our mapping to ISO/IEC 42001:2023"],
        [],
        ["No", "Control", "Title"],
        [1, "A.5.1", "Policies"],
        [2, "A.7.5", "Cryptographic protection of stored data"],
        [3, "A.2.2", "AI policy"],
    )
    said = [(one.place, one.code, one.id) for one in found.wrong]
    assert said == [
        ("Mapping!B4", "no-such-id", "A.5.1"),
        ("Mapping!B5", "mislabelled", "A.7.5"),
    ]


def test_a_number_where_a_clause_is_meant_and_a_day() -> None:
    found = checked(["Clause of ISO 42001", "Title"], [5.4, "AI policy"], [6.2, "AI objectives"])
    assert [(one.place, one.id) for one in found.wrong] == [("Mapping!A2", "5.4")]
    found = checked(["AI Act", "from"], ["high-risk, Annex III", date(2026, 8, 2)])
    assert {one.code for one in found.wrong} == {"superseded-date"}


def test_above_the_table_too_every_cell_has_its_own_place() -> None:
    found = checked(
        [None, None, "ISO 42001, see A.99.9"],
        [None, f"{'Our words. ' * 300}ISO 42001: A.98.9"],
        ["ISO 42001", "Title"],
        ["A.2.2", "AI policy"],
        title="SoA",
    )
    assert [(one.place, one.id) for one in found.wrong] == [
        ("SoA!C1", "A.99.9"),
        ("SoA!B2", "A.98.9"),
    ]


def test_escaped_signs_are_read_as_they_are_shown() -> None:
    found = checked(["ISO 42001", "Title"], ["A.99.9_x000D_", "_x001B_[2J_xD800_ Cryptography"])
    assert [(one.place, one.id) for one in found.wrong] == [("Mapping!A2", "A.99.9")]
    shown = mapping_text(found)
    assert shown.replace("\n", "").isprintable()
    assert orjson.dumps(mapping_json(found))


def test_formulas_are_left_out_and_counted() -> None:
    found = checked(["ISO 42001", "Title"], ['="A.5."&1', "x"], ["A.2.2", "AI policy"])
    assert found.wrong == ()
    assert found.note == "1 formulas were not looked at"
    found = checked(["ISO 42001"], ["=1"], *([f"A.{90 + i % 9}.{i // 9}"] for i in range(MOST + 1)))
    assert found.note.startswith("1 formulas were not looked at; more than")


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0old"])
def test_no_workbook(raw: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_mapping("m.xlsx", raw)
