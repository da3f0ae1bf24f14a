"""A register so large that a page of it could hold up the process that decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.aims_desk import aims_desk, managed_plan
from tests.worlds.pages import Desk
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.controls import Control, Row

MANY = 5_000


@pytest.fixture(scope="module")
def desk() -> Desk:
    plan: Bundle = managed_plan()
    more = range(MANY)
    controls = tuple(Control(f"own-{n}", "It holds.", "ana") for n in more)
    rows = tuple(Row(f"own-{n}", "in", "It matters.", "implemented", "ana") for n in more)
    return aims_desk(
        replace(
            plan,
            controls=(*plan.controls, *controls),
            applicability=(*plan.applicability, *rows),
        )
    )


def test_a_page_holds_a_hundred_rows_whatever_the_register_holds(desk: Desk) -> None:
    cursor, seen, pages = "", [], 0
    while pages < 60:
        found = desk.get(f"/api/v1/applicability?cursor={cursor}").json()
        assert len(found["rows"]) <= 100
        seen += [row["control"] for row in found["rows"]]
        pages += 1
        cursor = found["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == MANY + 39
    assert pages == 51


def test_its_html_stays_small(desk: Desk) -> None:
    page = desk.get("/soa")
    assert len(page.text) < 200_000
    assert "/soa?cursor=100" in page.text
    assert desk.get("/controls/own-4999").status_code == 200
