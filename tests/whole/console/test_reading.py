"""The pages in a real browser: stops, what is live, no script, a phone, both schemes."""

from typing import Any

import pytest

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.pages import Desk, looking
from watchkeeper.records.kinds import Kind

PHONE = {"width": 390, "height": 844}


def paths(desk: Desk) -> list[str]:
    handle = escalated(desk.bank.ask(pay(300, mark="m", note="m"))).handle
    action = allowed(desk.bank.ask(pay(30))).request.action_id
    desk.bank.stop("agent", "other")
    listed = ["/", "/live", "/agents", "/agents/payer", "/stops", "/unknown"]
    return [*listed, f"/e/{handle}", f"/d/{action}"]


def test_a_person_stops_and_lifts_it(browser: Any, desk: Desk) -> None:
    with looking(browser, desk, "ana") as look:
        look.open("/stops")
        look.page.select_option("#scope", "agent:payer")
        look.page.fill("#why-stop", "it pays too often")
        look.page.click("button.stop")
        look.page.wait_for_selector(".stopped")
        assert "it pays too often" in look.page.inner_text(".stopped")
        assert [str(s.kind) for s in desk.bank.home.state.stops] == ["agent"]
        look.page.fill(".stopped input[name=reason]", "looked at it")
        look.page.click(".stopped button")
        look.page.wait_for_selector(".note.good")
        assert look.seen == []
    assert desk.bank.home.state.stops == {}
    kinds = [e.record.kind for e in desk.bank.entries()]
    assert kinds[-2:] == [Kind.STOP, Kind.RESUME]


def test_who_does_not_operate_stops_and_lifts_nothing(browser: Any, desk: Desk) -> None:
    desk.bank.stop("agent", "payer")
    with looking(browser, desk, "ben") as look:
        look.open("/stops")
        assert look.page.query_selector("form[data-verb=resume]") is None
        assert look.page.is_visible("form[data-verb=stop]")


def test_an_unknown_effect_is_settled_by_a_person(browser: Any, desk: Desk) -> None:
    allowed(desk.bank.ask(pay(30)))
    with looking(browser, desk, "ana") as look:
        look.open("/unknown")
        assert "still be under way" in look.page.inner_text(".open")
        desk.bank.clock.advance(63)
        look.open("/unknown")
        look.page.click("button[value=failed]")
        look.page.wait_for_selector(".note.good")
        assert look.seen == []
    assert desk.bank.home.state.open == {}


def test_what_happens_comes_to_the_page(browser: Any, desk: Desk) -> None:
    with looking(browser, desk, "ben") as look:
        look.open("/live?outcome=allow")
        look.page.wait_for_selector("html[data-live]")
        desk.bank.ask(pay(300, mark="other", note="other"))
        action = allowed(desk.bank.ask(pay(30))).request.action_id
        look.page.wait_for_selector("#rows li.fresh")
        assert look.page.locator("#rows li").count() == 1
        href = look.page.get_attribute("#rows li.fresh a", "href")
        assert href.startswith(f"/d/{action}?at=0/")
        look.page.click("#pause")
        desk.bank.ask(pay(31, mark="second", note="second"))
        look.page.wait_for_selector("#state:has-text('1 more')")
        look.page.click("#pause")
        assert look.page.locator("#rows li").count() == 2
        assert look.seen == []


def test_everything_can_be_read_without_script(browser: Any, desk: Desk) -> None:
    found = paths(desk)
    with looking(browser, desk, "ana", java_script_enabled=False) as look:
        for path in found:
            look.page.goto(desk.url + path)
            assert look.page.inner_text("h1")
            assert look.page.locator("kbd:visible").count() == 0, path
        assert "to script alone" not in look.page.inner_text("main")
        handle = next(path for path in found if path.startswith("/e/"))
        look.page.goto(desk.url + handle)
        assert "watchkeeper do approve" in look.page.inner_text(".verdict")
        assert not look.page.is_visible("[data-say=approve]")
        look.page.goto(desk.url + "/live")
        look.page.select_option("select[name=outcome]", "allow")
        look.page.click("form.filters button")
        assert "outcome=allow" in look.page.url
        assert look.page.locator("#rows li").count() == 1


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_is_wider_than_the_screen(
    browser: Any, desk: Desk, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 844}
    with looking(browser, desk, "ana", viewport=size, color_scheme=scheme) as look:
        for path in paths(desk):
            look.page.goto(desk.url + path)
            wider = look.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, path
        assert look.seen == []
