"""The doors for documents of other tools, and valid inputs for them.

A workbook is a container: bytes that are none are taken for the text of its sheet, so that what is
changed reaches the reader behind the container.
"""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from watchkeeper.plan.exchange.cyclonedx.taking import Known, draft_systems
from watchkeeper.plan.exchange.foreign import parse_document
from watchkeeper.plan.exchange.oscal.checking.document import BOUNDS
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.taking.drafting import draft_oscal
from watchkeeper.plan.exchange.xlsx.changes import compare
from watchkeeper.plan.exchange.xlsx.reading import read_workbook
from watchkeeper.plan.exchange.xlsx.tables import APPLICABILITY, CONTROLS
from watchkeeper.plan.exchange.xlsx.writing import Sheet, write_workbook
from watchkeeper.records.instant import Instant

_SHEET = "xl/worksheets/sheet2.xml"
_METADATA = {"title": "x", "last-modified": "x", "version": "1", "oscal-version": "1.2.1"}


def workbook(raw: bytes) -> None:
    """Read a workbook, or a sheet of one."""
    book = read_workbook(raw if raw.startswith(b"PK") else _with_sheet(raw), {"ana": "Ana"})
    compare(book, {"Controls": {"limits": {"id": "limits"}}})


def oscal(raw: bytes) -> None:
    """Follow the references of a document, and draft what it says."""
    documents = {"a.json": parse_document(raw, "a.json", BOUNDS), "catalog.json": _catalog("2")}
    check_documents(documents)
    draft_oscal(documents, frozenset({"limits"}), "rows: []\n", "ana")


def cyclonedx(raw: bytes) -> None:
    """Draft the systems of a bill of materials."""
    draft_systems(raw, Known(frozenset({"desk"}), frozenset(), frozenset()), "ana")


def exchange_seeds() -> dict[str, Sequence[bytes]]:
    """Return valid inputs by door."""
    with zipfile.ZipFile(io.BytesIO(_template())) as archive:
        sheet = archive.read(_SHEET)
    uuid = "11111111-1111-4111-8111-111111111111"
    chosen = [{"href": "catalog.json", "include-controls": [{"with-ids": ["ac-1"]}]}]
    profile = {"uuid": uuid, "metadata": _METADATA, "imports": chosen}
    model = {"type": "machine-learning-model", "bom-ref": "m", "name": "m"}
    system = {"type": "application", "bom-ref": "s", "name": "A system"}
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [system, model],
        "dependencies": [{"ref": "s", "dependsOn": ["m"]}],
    }
    return {
        "workbook": [_template(), sheet],
        "oscal": [orjson.dumps(_catalog("1")), orjson.dumps({"profile": profile})],
        "cyclonedx": [orjson.dumps(bom)],
    }


def _catalog(number: str) -> dict[str, Any]:
    control = {"id": "ac-1", "title": "x", "parts": [{"name": "statement", "prose": "x"}]}
    uuid = f"{number}2111111-1111-4111-8111-111111111111"
    body = {"uuid": uuid, "metadata": _METADATA, "groups": [{"controls": [control]}]}
    return {"catalog": body}


@functools.cache
def _template() -> bytes:
    control = {column.key: "" for column in CONTROLS.read}
    control |= {"id": "limits", "statement": "Pays within limits.", "owner": "ana"}
    row = {column.key: "" for column in APPLICABILITY.read}
    row |= {"control": "A.2.2", "applicable": "in", "status": "planned"}
    sheets = (Sheet(CONTROLS, [control]), Sheet(APPLICABILITY, [row]))
    return write_workbook(sheets, ("about",), Instant(0))


def _with_sheet(raw: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_template())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, raw if name == _SHEET else old.read(name))
    return out.getvalue()


EXCHANGE_DOORS: Mapping[str, Callable[[bytes], None]] = {
    "workbook": workbook,
    "oscal": oscal,
    "cyclonedx": cyclonedx,
}
