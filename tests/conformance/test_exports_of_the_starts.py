"""What every starting point hands out is valid for tools made by others, and comes back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.conformance.oscal.test_by_schemas import wrong
from tests.worlds.exchanged import DAY, REFUND_DESK, run_trestle, said_in, with_open_items
from watchkeeper.plan.draft.starts.begin import STARTS, begin
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.said import Said
from watchkeeper.plan.exchange.xlsx.changes import compare
from watchkeeper.plan.exchange.xlsx.here import here, sheets
from watchkeeper.plan.exchange.xlsx.reading import read_workbook
from watchkeeper.plan.exchange.xlsx.writing import write_workbook

OWN = Own('Ex: "ample" & <Sons>', "example.com/agents")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What each starting point says, the example, and a workspace with something open."""
    place = tmp_path_factory.mktemp("starts")
    found = {"example": said_in(REFUND_DESK), "open": with_open_items(place / "open")}
    for name in STARTS:
        begin(place / name, name, OWN, date(2026, 11, 23), ["python", "-m", "x"])
        found[name] = said_in(place / name)
    return found


@pytest.mark.parametrize("name", ["example", "open", *STARTS])
def test_each_is_valid_by_the_schemas_and_in_strict_mode(
    name: str, started: dict[str, Said]
) -> None:
    said = started[name]
    documents = oscal_documents(said, DAY)
    assert len(documents) >= 4
    for path, raw in documents.items():
        assert wrong(path, json.loads(raw)) == [], path
    assert why_invalid(json.loads(bill_of_materials(said, DAY))) == ""


@pytest.mark.parametrize("name", STARTS)
def test_each_comes_back_from_a_workbook_without_a_change(
    name: str, started: dict[str, Said]
) -> None:
    register = started[name].register
    people = {one.id: one.name for one in register.aims.people}
    book = read_workbook(write_workbook(sheets(register), ("about",), DAY), people)
    assert book.wrong == []
    assert {row.table.title for row in book.rows} == {"Controls", "Risks", "SoA"}
    found = compare(book, here(register))
    assert (found.changes, found.conflicts, found.gone, found.kept) == ((), (), (), ())


def test_all_are_valid_by_trestle(started: dict[str, Said], tmp_path: Path) -> None:
    (tmp_path / ".trestle").mkdir()
    for name, said in started.items():
        for path, raw in oscal_documents(said, DAY).items():
            kind, title, file = path.split("/")
            (tmp_path / kind / f"{name}-{title}").mkdir(parents=True)
            (tmp_path / kind / f"{name}-{title}" / file).write_bytes(raw)
    done = run_trestle(tmp_path, "validate", "-a")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("VALID: ") == len(list(tmp_path.rglob("*.json"))) >= 21
