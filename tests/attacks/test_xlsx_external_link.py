"""A workbook that refers to others: none is opened, and what comes from them is not taken."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.worlds.workbooks import desk

_LINK = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument'
    b'/2006/relationships/hyperlink" Target="http://127.0.0.1:1/x" TargetMode="External"/>'
    b"</Relationships>"
)


def test_nothing_is_fetched_and_the_values_beside_it_are_taken(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(
        lambda book: setattr(book["Controls"]["B2"], "hyperlink", "http://127.0.0.1:1/stolen")
    )
    place.put("Controls", "B2", "Limits")
    with zipfile.ZipFile(place.book, "a") as archive:
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", _LINK)
    code, said = place.imported()
    assert code == 0
    assert [cell["after"] for cell in said["changes"][0]["cells"]] == ["Limits"]
    assert "127.0.0.1" not in (place.folder / "controls/limits.yaml").read_text()


def test_a_cell_from_another_workbook_is_refused(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("SoA", "D2", "=[1]Sheet1!$A$1")
    (why,) = place.refused()
    assert why.startswith("SoA!D2: a formula")
