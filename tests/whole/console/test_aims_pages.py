"""The pages of the management system in a real browser: audited, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.aims_desk import PATHS, at_work
from tests.worlds.audit import OF_LOOKS, TAGS, violations
from tests.worlds.pages import Desk, looking

CUT = "[...document.querySelectorAll('.scroll')].map((e) => e.scrollWidth - e.clientWidth)"
"""How much of each table is out of sight."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with at_work(tmp_path_factory.mktemp("aims")) as found:
        yield found


@pytest.mark.parametrize(
    ("scheme", "width", "rules"), [("light", 1280, TAGS), ("dark", 390, OF_LOOKS)]
)
def test_an_audit_finds_nothing(
    browser: Any, desk: Desk, scheme: str, width: int, rules: tuple[str, ...]
) -> None:
    size = {"width": width, "height": 844}
    with looking(browser, desk, "ben", viewport=size, color_scheme=scheme) as look:
        for name, path in PATHS.items():
            look.page.goto(desk.url + path)
            assert violations(look.page, rules) == [], name
            assert look.page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert look.seen == []
        look.page.goto(desk.url + "/risks")
        look.page.get_by_role("link", name="limits").first.click()
        look.page.get_by_role("heading", name="limits").wait_for()
        look.page.get_by_role("link", name="record 0/").first.click()
        look.page.get_by_role("heading", name="Record 0/").wait_for()


def test_on_paper_they_are_whole_and_light(browser: Any, desk: Desk) -> None:
    size = {"width": 794, "height": 1123}
    with looking(browser, desk, "ben", viewport=size, color_scheme="dark") as look:
        for path in ("/soa", "/risks", "/clauses"):
            look.open(path)
            look.page.emulate_media(media="print", color_scheme="dark")
            for gone in (".rail", ".tabs"):
                assert not look.page.locator(gone).first.is_visible()
            assert max(look.page.evaluate(CUT)) <= 1
            ink = look.page.evaluate("getComputedStyle(document.querySelector('h1')).color")
            assert max(int(part) for part in ink[4:-1].split(",")) < 90
            look.page.emulate_media(media="screen")


def test_one_long_word_pushes_nothing_out_of_sight_on_a_phone(browser: Any, desk: Desk) -> None:
    with looking(browser, desk, "ben", viewport={"width": 400, "height": 844}) as look:
        look.open("/risks")
        long = "(text) => document.querySelectorAll('.stack bdi')[0].textContent = text"
        look.page.evaluate(long, "w" * 3_000)
        assert look.page.evaluate("document.documentElement.scrollWidth") <= 400
        assert max(look.page.evaluate(CUT)) <= 1
