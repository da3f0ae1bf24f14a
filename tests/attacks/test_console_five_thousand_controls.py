"""A register so large that a page of it could hold up the process that decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import aims_desk, compiled, managed_plan
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


def test_one_can_go_back_and_look_at_what_is_overdue_alone(desk: Desk) -> None:
    found = desk.get("/api/v1/applicability?cursor=200").json()
    assert (found["before"], found["cursor"]) == ("100", "300")
    late = desk.get("/api/v1/applicability?show=overdue").json()
    assert (late["total"], late["overdue"], len(late["rows"])) == (MANY + 39, 1, 1)


def test_five_hundred_risks_in_one_cell_leave_the_matrix_to_be_read() -> None:
    world = ManagedWorkspace()
    one = world.records["risk", "overpaid"]
    for n in range(500):
        world.change("risk", f"r-{n}", **{**one, "id": f"r-{n}", "title": f"Risk {n}"})
    many = aims_desk(compiled(world))
    page = many.get("/risks").text
    matrix = page.partition('aria-label="Matrix"')[2].partition("</table>")[0]
    assert "<summary>495 more</summary>" in matrix
    assert page.count('<tr id="risk-') == 200
    assert "/risks?cursor=200&amp;show=after" in page
    third = many.get("/risks?at=r-99").text
    assert 'id="risk-r-99"' in third
    assert "The 200 before" in third
