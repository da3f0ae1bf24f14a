"""Mappings that unpack, nest or repeat without end: refused, or read in bounded time and memory."""

from __future__ import annotations

import io
import zipfile

import pytest

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.judge import MOST, NAMES, check_mapping
from watchkeeper.plan.mapping.read.files import read_mapping


def _laughs() -> bytes:
    lines = ["a0: &a0 [A.5.1, A.5.1]"]
    lines += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    return "\n".join(["standard: ISO/IEC 42001", *lines]).encode()


def _zipped() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("m.json", b"[" * 5000 + b"]" * 5000),
        ("m.json", b'{"a":' * 70 + b"1" + b"}" * 70),
        ("m.xlsx", _zipped()),
    ],
)
def test_refused(name: str, raw: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_mapping(name, raw)


def test_aliases_are_not_expanded() -> None:
    mapping = read_mapping("m.yaml", _laughs())
    assert "line by line" in mapping.note
    assert len(mapping.passages) < 100


def test_one_line_of_two_hundred_thousand_signs_is_read_piece_by_piece() -> None:
    text = "ISO/IEC 42001 " + "A.6.2.8 (Some other thing) 2026-08-02 " * 5_000
    mapping = read_mapping("m.txt", text.encode())
    assert max(len(one.text) for one in mapping.passages) <= 2000
    assert len(check_mapping(mapping).wrong) == 1


def test_more_names_than_anybody_writes_are_not_all_judged() -> None:
    rows = "".join(f"A.6.2.8,Recording of event logs {i:x}\n" for i in range(NAMES + 10))
    found = check_mapping(read_mapping("m.csv", f"id,title\n{rows}".encode()), "iso42001")
    assert len(found.wrong) < MOST
    assert "were not judged" in found.note
