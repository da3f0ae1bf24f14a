"""A .docx that would fill the memory, fetch a file, or be two files at once."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pytest

from tests.worlds.docx import document, docx, pack, paragraph, parts, relationships
from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.blocks import Seen
from watchkeeper.plan.documents.docx.read import read_docx

_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'must'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
_TEXT = paragraph("Agents must ask.")


def _twice() -> bytes:
    out = io.BytesIO(pack(parts(_TEXT)))
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("Word/document.xml", document(paragraph("All is well.")))
    return out.getvalue()


def _flagged() -> bytes:
    raw = bytearray(docx(_TEXT))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


_HOSTILE = {
    "laughs": docx(document(_TEXT, head=_LAUGHS + "]>").replace("Agents", "&i;")),
    "entity from a file": docx(
        document(_TEXT, head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>').replace(
            "Agents", "&e;"
        )
    ),
    "external subset": docx(document(_TEXT, head='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')),
    "depth": docx(document("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)),
    "zip": pack(parts(_TEXT) | {"word/media/x.xml": b" " * (60 << 20)}),
    "large": pack(parts(_TEXT) | {f"x{i}": b" " * (9 << 20) for i in range(8)}),
    "many": pack(parts(_TEXT) | {f"x{i}": b"" for i in range(2_100)}),
    "two of one name": _twice(),
    "encrypted": _flagged(),
    "name upward": pack(parts(_TEXT) | {"../word/document.xml": b""}),
    "old kind": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "no zip": b"Agents must ask.",
    "empty": b"",
    "cut off": docx(_TEXT)[:-40],
    "no text": pack({"_rels/.rels": relationships()}),
    "text elsewhere": pack(
        parts(_TEXT)
        | {"_rels/.rels": relationships(("officeDocument", "http://127.0.0.1:9/x.xml", True))}
    ),
    "no xml": docx('<?xml version="1.0"?><w:p'),
    "other encoding": docx('<?xml version="1.0" encoding="x-none"?><p/>'),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_it_is_refused_soon_and_in_words(name: str) -> None:
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(PlanUnreadable) as refused:
        read_docx(_HOSTILE[name])
    assert time.monotonic() - started < 10
    assert tracemalloc.get_traced_memory()[1] < 100 << 20
    tracemalloc.stop()
    assert refused.value.message
    assert "root:" not in refused.value.message


@pytest.mark.parametrize(
    ("kind", "seen"), [("attachedTemplate", Seen.OUTSIDE), ("aFChunk", Seen.EMBEDDED)]
)
def test_what_it_takes_from_elsewhere_is_named_and_not_fetched(kind: str, seen: Seen) -> None:
    members = parts(_TEXT)
    rows = (kind, "http://127.0.0.1:9/x", True), ("hyperlink", "http://127.0.0.1:9/y", True)
    members["word/_rels/document.xml.rels"] = relationships(*rows)
    reading = read_docx(pack(members))
    assert seen in {note.seen for note in reading.notes}
    assert not any("hyperlink" in note.says for note in reading.notes)


def test_macros_are_named() -> None:
    reading = read_docx(pack(parts(_TEXT) | {"word/vbaProject.bin": b"x"}))
    assert [note.seen for note in reading.notes] == [Seen.MACROS]
