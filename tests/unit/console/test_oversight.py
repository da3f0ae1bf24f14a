"""The page of figures: for whom they are, and that it reads on."""

from __future__ import annotations

from tests.worlds.bank import escalated, pay
from tests.worlds.drills import drilled, handle_of, planted, turn
from tests.worlds.pages import Desk
from watchkeeper.check.oversight import Rate, Week
from watchkeeper.console.pages.table import API
from watchkeeper.console.pictures import columns, whisker
from watchkeeper.records.instant import Instant


def _desk() -> Desk:
    return Desk("http://localhost:8932", bundle=drilled())


def _waits(desk: Desk, number: int) -> str:
    return escalated(desk.bank.ask(pay(300 + number, note=f"n{number}"))).handle


def test_each_sees_their_own_and_who_operates_sees_all() -> None:
    desk = _desk()
    desk.bank.approve(_waits(desk, 1), "ben")
    desk.bank.refuse(_waits(desk, 2), "cyd")
    everybody = desk.get(f"{API}/oversight", "ana").json()
    assert [one["reviewer"] for one in everybody["figures"]["reviewers"]] == ["ben", "cyd"]
    assert everybody["names"] == {"ben": "Ben", "cyd": "Cyd"}
    mine = desk.get(f"{API}/oversight", "ben").json()
    assert [one["reviewer"] for one in mine["figures"]["reviewers"]] == ["ben"]
    assert {mine["figures"][name] for name in ("approved", "timed", "tooFast", "planted")} == {None}
    page = desk.get("/oversight", "ben").text
    assert "Cyd" not in page
    assert "Your own figures" in page


def test_it_reads_on_where_it_read_last() -> None:
    desk = _desk()
    visitor = desk.visitor("ana")
    for number in range(1, 4):
        desk.bank.approve(_waits(desk, number), "ben")
        told = visitor.get(f"{API}/oversight").json()["figures"]
        assert (told["escalated"], told["answered"]) == (number, number)
    desk.bank.refuse(handle_of(desk.bank, planted(desk.bank)), "cyd")
    turn(desk.bank)
    told = visitor.get(f"{API}/oversight").json()["figures"]
    assert told["planted"]["caught"]["count"] == 1
    desk.bank.roll()
    desk.bank.approve(_waits(desk, 5), "ben")
    assert visitor.get(f"{API}/oversight").json()["figures"]["answered"] == 4


def test_a_planted_one_that_waits_is_not_named() -> None:
    desk = _desk()
    planted(desk.bank)
    told = desk.get(f"{API}/oversight", "ben").json()["figures"]
    assert (told["escalated"], told["waiting"], told["planted"]) == (1, 1, None)


def test_pictures_stand_on_their_ground() -> None:
    at = Instant(0)
    weeks = (Week(at, 6, 2, 3, 0), Week(at, 0, 0, 0, 1), Week(at, 1, 0, 1, 0))
    drawn = columns(weeks)
    assert [one.x for one in drawn] == [0, 40, 80]
    assert drawn[0].approved + drawn[0].refused == 120
    assert (drawn[1].approved, drawn[1].refused, drawn[1].fast) == (0, 0, 0)
    assert drawn[2].approved == drawn[2].fast > 0
    assert columns(()) == ()
    assert whisker(Rate(3, 3)) is None
    found = whisker(Rate(19, 20, 950, 763, 992))
    assert found is not None
    assert (found.low, found.at, found.high) == (763, 950, 992)
