"""Approving ahead and being away, by a person in a browser, with their own passkey."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.audit import violations
from tests.worlds.bank import escalated
from tests.worlds.pages import Desk, looking, served
from tests.worlds.standing import approve_ahead, approved, go_away, more, paid, standing_plan


@pytest.fixture
def desk() -> Iterator[Desk]:
    with served(bundle=standing_plan(), people=("ana", "ben", "cyd", "dan")) as found:
        yield found


def _said(look: Any, verb: str, **fields: str) -> None:
    """Fill the first form of a verb, and wait until the page that it changed is there."""
    form = look.page.locator(f'form[data-verb="{verb}"]').first
    for name, value in fields.items():
        form.locator(f'[name="{name}"]').fill(value)
    with look.page.expect_navigation():
        form.locator("button").click()


def test_the_next_ones_are_approved_ahead_and_that_is_ended(browser: Any, desk: Desk) -> None:
    handle = escalated(desk.bank.ask(more(300))).handle
    with looking(browser, desk, "ben") as look:
        look.open(f"/e/{handle}")
        assert look.page.get_by_text("Approve the next ones like this").count() == 0
        look.page.keyboard.press("a")
        look.page.wait_for_selector("html[data-decided]")
        look.open(f"/e/{handle}")
        look.page.keyboard.press("t")
        look.page.wait_for_url("**/standing?of=*")
        _said(look, "standing", count="2", minutes="5", **{"cap:amount": "350"})
        assert "2 of 2 left" in look.page.inner_text("main")
        paid(desk.bank, 340)
        escalated(desk.bank.ask(more(360)))
        look.open("/standing")
        assert "1 of 2 left" in look.page.inner_text("main")
        _said(look, "end-standing", reason="enough")
        assert "Nothing is approved ahead." in look.page.inner_text("main")
        escalated(desk.bank.ask(more(340)))
        assert look.seen == []


def test_a_deputy_stands_in_until_the_holder_is_back(browser: Any, desk: Desk) -> None:
    with looking(browser, desk, "cyd") as look:
        look.open("/standing")
        _said(look, "away", since="2026-11-23", until="2026-11-30")
        assert "Dan stands in for Cyd as lead" in look.page.inner_text("main")
        assert look.seen == []
    handle = escalated(desk.bank.ask(more(300))).handle
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    with looking(browser, desk, "dan", **phone) as look:
        look.open(f"/e/{handle}")
        look.page.keyboard.press("a")
        look.page.wait_for_selector("html[data-decided=approved]")
        assert look.seen == []


def test_without_script_all_of_it_is_read(browser: Any, desk: Desk) -> None:
    with looking(browser, desk, "ana", java_script_enabled=False) as look:
        look.open("/standing")
        assert "Approved ahead" in look.page.inner_text("h1")
        assert look.page.locator("form.command:visible").count() == 0


def test_an_audit_finds_nothing(browser: Any, desk: Desk) -> None:
    """With an approval ahead, an offer of another, somebody away and a form to be so."""
    approve_ahead(desk.bank, "ana", count=1)
    approved(desk.bank, "ana", 450)
    go_away(desk.bank, "ana")
    for scheme, width in (("light", 1280), ("dark", 390)):
        size = {"width": width, "height": 844}
        with looking(browser, desk, "ana", viewport=size, color_scheme=scheme) as look:
            look.open("/standing")
            for verb in ("standing", "end-standing", "end-absence", "away"):
                assert look.page.locator(f'form[data-verb="{verb}"]').count(), verb
            assert violations(look.page) == []
