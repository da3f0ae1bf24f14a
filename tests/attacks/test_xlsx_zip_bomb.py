"""A container that unpacks without end, expands entities, carries macros, or is none at all."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds.workbooks import desk

_ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
_FILE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SHEET = "xl/worksheets/sheet2.xml"


def _with_doctype(doctype: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: doctype + raw


@pytest.mark.parametrize(
    ("doctype", "member"),
    [(_ENTITIES, SHEET), (_FILE, "xl/workbook.xml"), (b"<!DOCTYPE x>", "xl/styles.xml")],
)
def test_a_doctype_is_refused(doctype: bytes, member: str, tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.replace_member(member, _with_doctype(doctype))
    (why,) = place.refused()
    assert "DOCTYPE" in why


def test_a_doctype_in_another_encoding_is_refused(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.replace_member(SHEET, lambda _: (_ENTITIES + b"<worksheet/>").decode().encode("utf-16"))
    (why,) = place.refused()
    assert "DOCTYPE" in why


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"xl/media/x.png": b"\0" * 40_000_000}, "bomb"),
        ({f"x{n}": b"" for n in range(2_100)}, "too many members"),
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({SHEET: b"<c/>" * 10}, "two of one name"),
        ({"xl/worksheets/sheet9.xml": b"<r>" + b"<c/>" * 400_100 + b"</r>"}, "cells"),
    ],
    ids=["zeros", "members", "macros", "twice", "cells"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_it_is_refused_before_it_is_parsed(
    more: dict[str, bytes], named: str, tmp_path: Path
) -> None:
    place = desk(tmp_path)
    with zipfile.ZipFile(place.book, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in more.items():
            archive.writestr(name, raw)
    started = time.monotonic()
    (why,) = place.refused()
    assert named in why
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"id,statement\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"PK\x03\x04" + b"\0" * 40,
        b"PK\x05\x06" + b"\0" * 18,
        b"\0" * 17_000_000,
    ],
    ids=["empty", "csv", "xls", "torn", "nothing", "large"],
)
def test_what_is_no_workbook_is_refused(raw: bytes, tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.book.write_bytes(raw)
    assert place.refused()


def test_a_declared_size_that_lies_is_refused(tmp_path: Path) -> None:
    place = desk(tmp_path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.png", b"\0" * 40_000_000)
    raw = out.getvalue()
    place.book.write_bytes(raw.replace((40_000_000).to_bytes(4, "little"), b"\x01\0\0\0"))
    assert place.refused()
