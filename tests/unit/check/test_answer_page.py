from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from tests.worlds import records as world
from watchkeeper.check.answer import Verified, answer, render_page
from watchkeeper.check.answer.picture import draw
from watchkeeper.check.timeline import Timeline, TimelineCounter
from watchkeeper.records.action import Outcome
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.systems import Stage

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class _Reader(HTMLParser):
    """Holds a page to the plain rules: every tag closed in order, nothing fetched or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def page_of(plan: Bundle | None = None, verified: Verified | None = None) -> str:
    stream = world.begun()
    for made in (world.PERMITTED, world.BEYOND, world.REVIEWED):
        stream.decide(made)
    return render_page(answer(stream.entries, world.bundles(plan or world.bundle()), verified))


def test_the_page_loads_and_runs_nothing() -> None:
    page = page_of()
    reader = read(page)
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    for tag, name, value in reader.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in {"href", "src", "action"}:
            assert value is not None
            assert value.startswith("#"), (tag, name, value)
    assert "url(" not in page
    assert "@import" not in page
    assert "http:" not in page
    assert "https:" not in page


def test_three_questions_in_order_and_the_disclaimer() -> None:
    text = read(page_of()).text
    places = [text.index(f"{n}. Wh") for n in (1, 2, 3)]
    assert places == sorted(places)
    assert "certifies nobody" in text
    assert "UNWITNESSED" in text


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "'\"><img src=x onerror=y>"])
def test_names_with_markup_are_escaped(hostile: str) -> None:
    control = world.control("c", statement=hostile, annex_a=(hostile,))
    plan = world.bundle(
        organisation=hostile,
        scope=hostile,
        systems=(world.system(hostile, title=hostile, scope_reason=hostile),),
        people=(Person("ana", hostile),),
        controls=(*world.bundle().controls, control),
        gaps=(hostile,),
    )
    page = page_of(plan, Verified(1, 0, findings=(hostile,)))
    assert hostile not in page
    reader = read(page)
    assert hostile in reader.text
    assert not reader.tags & {"script", "img"}


def test_the_page_follows_the_reader_s_colours_and_prints() -> None:
    page = page_of()
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "width=device-width" in page


def test_a_failed_verification_takes_the_place_of_the_count() -> None:
    text = " ".join(read(page_of(verified=Verified(9, 9, findings=("rewritten",)))).text.split())
    assert "verification of 5 records" in text
    assert "Verification failed: 1 finding in 9 records. rewritten" in text
    assert "records verified" not in text


def test_every_class_of_the_page_has_a_style() -> None:
    page = page_of(world.bundle(stage=Stage.PILOT))
    style = page[page.index("<style>") : page.index("</style>")]
    used = {name for names in re.findall(r'class="([^"]+)"', page) for name in names.split()}
    unstyled = {name for name in used if f".{name}" not in style}
    assert unstyled == set()


def test_an_empty_log_gives_a_page() -> None:
    text = read(render_page(answer([], world.bundles(), None))).text
    assert "No decision is recorded" in text
    assert "Not verified." in text


def timeline(*times: tuple[float, Outcome]) -> Timeline:
    counter = TimelineCounter()
    for seconds, outcome in times:
        counter.add(world.START.plus(seconds), outcome)
    return counter.timeline()


def test_the_picture_is_well_formed_and_says_its_figures() -> None:
    svg = draw(timeline((0, Outcome.ALLOW), (0, Outcome.BLOCK), (30, Outcome.ESCALATE)))
    root = ET.fromstring(svg)
    titles = [title.text for title in root.iter("title")]
    assert titles == [
        "2026-11-23T08:00:00Z, 1 second: 1 allowed, 0 escalated, 1 blocked",
        "2026-11-23T08:00:30Z, 1 second: 0 allowed, 1 escalated, 0 blocked",
    ]
    assert root.get("aria-label") == "3 decisions over time, in steps of 1 second"


def test_bars_stay_within_the_picture() -> None:
    times = [(n * 977.0, list(Outcome)[n % 3]) for n in range(800)]
    root = ET.fromstring(draw(timeline(*times)))
    for bar in root.iter("rect"):
        left, width = float(bar.attrib["x"]), float(bar.attrib["width"])
        top, height = float(bar.attrib["y"]), float(bar.attrib["height"])
        assert 40 <= left <= left + width <= 712.01
        assert 10 <= top <= top + height <= 174.01
        assert width > 0
        assert height > 0


def test_no_decisions_no_picture() -> None:
    assert draw(Timeline(1, ())) == ""
