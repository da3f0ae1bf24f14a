"""Whoever comes with a keyboard, a screen reader, large type or a small screen can do all of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.audit import OF_LOOKS, TAGS, violations
from tests.worlds.pages import Looked, looking
from tests.worlds.scenes import Morning, morning

PAGES = (
    *("inbox", "escalation", "approved", "together", "live", "decision", "agents", "stops"),
    *("unknown", "answers", "oversight", "standing", "me", "nowhere"),
)
_FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const style = getComputedStyle(at, at.matches('.whole') ? '::after' : null);
  const x = Math.min(innerWidth - 2, Math.max(1, box.left + Math.min(box.width, 24) / 2));
  const y = box.top + Math.min(box.height, 24) / 2;
  const top = document.elementFromPoint(x, y);
  const name = at.ariaLabel || at.innerText || at.value || at.id || at.tagName;
  const under = top !== null && (at.contains(top) || top.contains(at));
  return {
    name: at === document.body ? '' : name.trim().slice(0, 40),
    seen: under || (top !== null && top.closest('label, .item') !== null),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    place: [...document.querySelectorAll('*')].indexOf(at),
  };
}"""


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with morning(tmp_path_factory.mktemp("desk")) as found:
        yield found


def walk(look: Looked) -> list[dict[str, Any]]:
    """Go through a page by the tabulator alone; where the focus was, until it leaves the page."""
    found: list[dict[str, Any]] = []
    look.page.evaluate("document.activeElement.blur()")
    for _ in range(200):
        look.page.keyboard.press("Tab")
        at = look.page.evaluate(_FOCUS)
        if not at["name"] or (found and at["place"] == found[0]["place"]):
            break
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("scheme", "width", "rules"), [("light", 1280, TAGS), ("dark", 390, OF_LOOKS)]
)
def test_an_audit_finds_nothing(
    browser: Any, at_work: Morning, scheme: str, width: int, rules: tuple[str, ...]
) -> None:
    size = {"width": width, "height": 844}
    with looking(browser, at_work.desk, "ben", viewport=size, color_scheme=scheme) as look:
        for name in PAGES:
            look.page.goto(at_work.desk.url + at_work.paths[name])
            assert violations(look.page, rules) == [], name
        look.context.clear_cookies()
        look.page.goto(at_work.desk.url + "/sign-in")
        assert violations(look.page) == []


@pytest.mark.parametrize("name", ["inbox", "escalation", "together"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_focus_goes_down_the_page_and_is_seen(
    browser: Any, at_work: Morning, name: str, width: int
) -> None:
    with looking(browser, at_work.desk, "ben", viewport={"width": width, "height": 800}) as look:
        look.open(at_work.paths[name])
        found = walk(look)
    assert found[0]["name"] == "To the content"
    assert len(found) > 10
    places = [at["place"] for at in found]
    assert places == sorted(places)
    hidden = [at["name"] for at in found if not (at["seen"] and at["outlined"])]
    assert hidden == []


def test_every_button_and_field_has_a_name_that_is_read_out(browser: Any, at_work: Morning) -> None:
    with looking(browser, at_work.desk, "ben") as look:
        look.open(at_work.paths["escalation"])
        main = look.page.get_by_role("complementary", name="Your verdict")
        for name in ("Approve a", "Refuse r", "Ask back q"):
            assert main.get_by_role("button", name=name, exact=True).count() == 1, name
        assert look.page.get_by_role("navigation", name="Pages").count() == 1
        assert look.page.get_by_role("heading", level=1).count() == 1
        # What comes later is read out: its place is there from the beginning.
        assert look.page.locator("[role=status]").count() >= 1
        look.page.keyboard.press("r")
        assert main.get_by_role("button", name="Refuse r").get_attribute("aria-expanded") == "true"
        assert main.get_by_role("textbox", name="Reason").count() == 1
        look.open(at_work.paths["together"])
        assert look.page.get_by_role("checkbox", name="Number 1: Pay back").count() == 1
        assert look.page.get_by_role("columnheader", name="amount").count() == 1


def test_a_screen_at_four_times_its_size_is_read_by_scrolling_one_way(
    browser: Any, at_work: Morning
) -> None:
    # 1280 x 1024 at 400 % (WCAG 2.2, 1.4.10).
    with looking(browser, at_work.desk, "ben", viewport={"width": 320, "height": 256}) as look:
        for name in PAGES:
            look.page.goto(at_work.desk.url + at_work.paths[name])
            wider = look.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, name
            fixed = look.page.evaluate(
                "[...document.querySelectorAll('body *')].filter((one) => ['fixed', 'sticky']"
                ".includes(getComputedStyle(one).position) && one.offsetHeight > 100).length"
            )
            assert fixed == 0, name


def test_nothing_moves_for_who_asked_for_less_motion(browser: Any, at_work: Morning) -> None:
    with looking(browser, at_work.desk, "ben", reduced_motion="reduce") as look:
        look.open(at_work.paths["live"])
        moving = look.page.evaluate(
            "() => { document.querySelector('#rows li').className = 'fresh';"
            " return document.getAnimations().length; }"
        )
        assert moving == 0
