"""Like actions decided with one signature in a real browser: exactly what stayed in the list."""

from typing import Any

import pytest

from tests.worlds.bank import escalated, pay
from tests.worlds.pages import Desk, looking
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord

TOGETHER = "**/together**"


def verdicts(desk: Desk) -> list[VerdictRecord]:
    return [e.record.predicate for e in desk.bank.entries() if e.record.kind is Kind.VERDICT]


def asked(desk: Desk, count: int) -> list[str]:
    calls = (pay(300 + n, mark=f"m{n}", note=f"n{n}") for n in range(count))
    return [escalated(desk.bank.ask(call)).handle for call in calls]


def states(desk: Desk, handles: list[str]) -> list[str]:
    waiting = desk.bank.home.state.pending
    return [waiting.by_handle(handle).state.value for handle in handles]


def through(look: Any) -> None:
    """Bring each of the list onto the screen, as whoever reads it does."""
    for row in look.page.query_selector_all("[data-row]"):
        row.scroll_into_view_if_needed()
        look.page.wait_for_timeout(30)
    look.page.wait_for_selector("html[data-unseen='0']")


def test_a_list_is_approved_by_keys_with_one_signature(browser: Any, desk: Desk) -> None:
    handles = asked(desk, 12)
    with looking(browser, desk, "ben", viewport={"width": 1280, "height": 700}) as look:
        look.open("/")
        look.page.keyboard.press("g")
        look.page.wait_for_url(TOGETHER)
        look.settle()
        look.page.keyboard.press("a")
        assert "not on the screen yet" in look.page.inner_text(".told")
        assert verdicts(desk) == []
        through(look)
        look.page.keyboard.press("a")
        look.page.wait_for_selector("html[data-decided=approved]")
        assert look.page.inner_text(".told").startswith("12 approved.")
        assert look.seen == []
    said = verdicts(desk)
    assert [v.answer for v in said] == [Answer.APPROVE] * 12
    assert len({v.signature.sig for v in said}) == len({v.group for v in said}) == 1
    assert {v.timed for v in said} == {"home"}
    assert states(desk, handles) == ["approved"] * 12


def test_what_is_taken_out_is_not_decided(browser: Any, desk: Desk) -> None:
    handles = asked(desk, 3)
    with looking(browser, desk, "ben", viewport={"width": 1280, "height": 1600}) as look:
        look.open("/")
        look.page.keyboard.press("g")
        look.page.wait_for_url(TOGETHER)
        look.settle()
        look.page.keyboard.press("j")
        look.page.keyboard.press("j")
        look.page.keyboard.press("x")
        assert look.page.inner_text("#chosen") == "2 of 3"
        through(look)
        look.page.keyboard.press("r")
        look.page.keyboard.press("1")
        look.page.click("[data-say=refuse]")
        look.page.wait_for_selector("html[data-decided=refused]")
        assert look.seen == []
    assert states(desk, handles) == ["refused", "pending", "refused"]


def test_a_list_of_which_one_was_decided_meanwhile_is_refused_whole(
    browser: Any, desk: Desk
) -> None:
    handles = asked(desk, 3)
    with looking(browser, desk, "ben", viewport={"width": 1280, "height": 1600}) as look:
        look.open("/")
        look.page.keyboard.press("g")
        look.page.wait_for_url(TOGETHER)
        through(look)
        desk.bank.refuse(handles[1], "cyd")
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert look.page.inner_text(".told").startswith("Nothing was said")
        assert len(look.seen) == 1
        assert "status of 422" in look.seen[0]
    assert states(desk, handles) == ["pending", "refused", "pending"]


_FOREIGN = """([mine, other]) => {
  const real = window.fetch;
  window.fetch = (path, how) => {
    if (path.endsWith('/challenges')) how.body = how.body.replace(mine, other);
    return real(path, how);
  };
}"""


def test_a_foreign_item_in_what_is_to_be_signed_is_not_signed(browser: Any, desk: Desk) -> None:
    handles = asked(desk, 2)
    other = escalated(desk.bank.ask(pay(20, why="broken", mark="x", note="x"))).handle
    with looking(browser, desk, "ben", viewport={"width": 1280, "height": 1600}) as look:
        look.open("/")
        look.page.keyboard.press("g")
        look.page.wait_for_url(TOGETHER)
        through(look)
        look.page.evaluate(_FOREIGN, [handles[1], other])
        look.page.click("[data-say=approve]")
        look.page.wait_for_selector(".told[data-tone=bad]")
        assert "not what this page shows" in look.page.inner_text(".told")
    assert verdicts(desk) == []


@pytest.mark.parametrize("like", ["", "payer bank/pay", "<b>"])
def test_a_list_of_nothing_is_not_here(desk: Desk, like: str) -> None:
    asked(desk, 2)
    found = desk.visitor("ben").get(f"/api/v1/lists?like={like}")
    assert found.status_code == 404


def test_what_lies_behind_the_foot_of_the_screen_was_not_seen(browser: Any, desk: Desk) -> None:
    asked(desk, 8)
    with looking(browser, desk, "ben", viewport={"width": 1280, "height": 1000}) as look:
        look.open("/")
        look.page.keyboard.press("g")
        look.page.wait_for_url(TOGETHER)
        look.settle()
        foot = look.page.locator("aside.verdict").bounding_box()["y"]
        ends = [row.bounding_box() for row in look.page.locator("tr.more").all()]
        shown = sum(1 for box in ends if box["y"] < foot)
        assert 0 < shown < 8
        assert look.page.inner_text("#seen") == f"{8 - shown} not on the screen yet."
