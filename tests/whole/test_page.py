"""The page that verifies bundles, in a real browser, offline, opened from the disk."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.browser import Opened, opened, started
from tests.worlds.homes import Person, Story
from tests.worlds.taken_away import as_run, bundle_of, disclosed, made_again, members_of, told
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.witness.cosignature import cosign, with_cosignatures, witness_key
from watchkeeper.records.action import Outcome
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish
from watchkeeper.verify.page import render_page, render_script

DONE = {1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 16, 19, 20, 21, 24, 25}
HIDDEN = 19
"""The decision in the told story with an argument that stands there as a digest."""


@dataclass(frozen=True)
class World:
    folder: Path
    story: Story
    whole: Path
    picked: Path

    @property
    def log(self) -> Path:
        return self.story.path / "log"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("page")
    story = told(folder / "home")
    found = World(folder, story, folder / "whole.wkb", folder / "picked.wkb")
    bundle_of(story, found.whole)
    bundle_of(story, found.picked, Wish(Selection(decision="0/11")))
    yield found
    story.log.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Any, world: World) -> Iterator[Opened]:
    with opened(browser, world.folder) as found:
        yield found


@pytest.fixture
def page(tab: Opened, world: World) -> Iterator[Opened]:
    tab.pin(world.log)
    yield tab
    assert tab.seen == []


def cards(page: Opened) -> list[str]:
    return [card.inner_text() for card in page.page.query_selector_all("#cards > li")]


def test_a_whole_log(page: Opened, world: World) -> None:
    assert page.give(world.whole) == "This holds"
    assert {step for step, status in page.steps().items() if status == "checked"} == DONE
    assert set(page.steps()) == {*range(1, 23), 24, 25, 26, 27}
    assert "failed" not in page.steps().values()
    assert "UNWITNESSED" in page.page.inner_text("#facts")
    assert "21 of 21 in the log" in page.page.inner_text("#facts")


def test_a_release_after_approval_in_words(page: Opened, world: World) -> None:
    assert page.give(world.picked) == "This holds"
    steps = page.steps()
    assert (steps[9], steps[10], steps[21]) == ("checked", "not-checked", "not-checked")
    [card] = [card for card in cards(page) if "Reviewer" in card]
    assert card.startswith("Allowed refund-agent → desk/refund")
    assert "anna approved it as refunds-lead on 18 November 2026, 11:06:40 UTC" in card
    assert "bert approved it as refunds-lead" in card
    assert "Held for approval on" in card
    assert "succeeded on 18 November 2026" in card
    assert "granted by anna; controls owned by bert; plan released by carl" in card
    assert re.search(r"Argument amount\s+12\.00 in clear", card)


def test_keys_from_the_bundle_itself_prove_little(page: Opened, world: World) -> None:
    page.page.fill("#vkey", "")
    page.page.fill("#records", "")
    assert page.give(world.whole) == "Nothing failed, but by the bundle’s own keys"
    assert page.steps()[1] == "not-checked"


def test_keys_of_somebody_else(page: Opened, world: World, tmp_path: Path) -> None:
    other = told(tmp_path / "other")
    page.pin(other.path / "log")
    other.log.close()
    assert page.give(world.whole) == "This does not hold"
    assert not page.page.is_visible("#decisions")
    assert cards(page) == []
    page.pin(world.log)
    page.page.click("#again")
    page.page.wait_for_selector("#decisions", state="visible")
    assert page.page.inner_text("#verdict-title") == "This holds"


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("arg.order_id", "ORD-7", True),
        ("arg.order_id", "ORD-8", False),
        ("arg.order_id", 7, False),
        ("arg.amount", "ORD-7", False),
    ],
)
def test_a_disclosed_value(
    page: Opened, world: World, tmp_path: Path, name: str, value: object, holds: bool
) -> None:
    members = members_of(world.whole.read_bytes())
    given = tmp_path / "disclosed.wkb"
    given.write_bytes(made_again({**members, **disclosed(HIDDEN, name, value)}))
    title = page.give(given)
    assert page.steps()[22] == ("checked" if holds else "failed")
    assert title == ("This holds" if holds else "This does not hold")
    if holds:
        [card] = [card for card in cards(page) if "order_id" in card]
        assert "ORD-7 disclosed, matches the record" in card
    else:
        assert cards(page) == []


def test_what_is_not_disclosed_says_so(page: Opened, world: World) -> None:
    page.give(world.whole)
    [card] = [card for card in cards(page) if "order_id" in card]
    assert "hidden not disclosed in this bundle" in card


def test_searching_and_choosing(page: Opened, world: World) -> None:
    page.give(world.whole)
    everything = len(cards(page))
    page.page.fill("#sought", "ANNA APPROVED")
    assert len(cards(page)) == 1
    page.page.fill("#sought", "")
    page.page.select_option("#kind", "block")
    assert [card.startswith("Blocked") for card in cards(page)] == [True]
    page.page.select_option("#kind", "other")
    assert any(card.startswith("Plan released") for card in cards(page))
    page.page.select_option("#kind", "")
    assert len(cards(page)) == everything


def test_a_record_in_full(page: Opened, world: World) -> None:
    page.give(world.picked)
    assert page.page.query_selector("pre") is None
    page.page.click("#cards summary")
    page.page.wait_for_selector("pre")
    assert "urn:x-watchkeeper:" in page.page.inner_text("pre")


def test_with_the_keyboard_alone(page: Opened, world: World) -> None:
    page.give(world.whole)
    focused = "document.activeElement.id"
    assert page.page.evaluate(focused) == "verdict-title"
    page.page.focus("#vkey")
    seen = []
    for _ in range(6):
        page.page.keyboard.press("Tab")
        seen.append(page.page.evaluate(focused))
    assert seen == ["vkey-file", "records", "records-file", "witnesses", "file", "again"]
    page.page.keyboard.press("Enter")
    page.page.wait_for_selector("#verdict-title:focus")


def test_a_file_that_is_dropped(page: Opened, world: World) -> None:
    text = base64.b64encode(world.whole.read_bytes()).decode()
    page.page.evaluate("document.getElementById('result').hidden = true")
    page.page.evaluate(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], 'dropped.wkb'));
          document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        text,
    )
    page.page.wait_for_selector("#result:not([hidden])")
    assert page.page.inner_text("#verdict-title") == "This holds"
    assert "dropped.wkb" in page.page.inner_text("#facts")


def test_what_is_no_bundle(page: Opened, tmp_path: Path) -> None:
    for name, data in {"empty": b"", "text": b"hello", "zip": b"PK\x03\x04" + bytes(40)}.items():
        given = tmp_path / name
        given.write_bytes(data)
        assert page.give(given) == "This does not hold"
        assert "Not a whole evidence bundle" in page.page.inner_text("#verdict-detail")
        assert not page.page.is_visible("#found")


def many(path: Path, count: int) -> Story:
    """A home with very many blocked actions, written without waiting for each."""
    story = Story(path)
    story.reopen()
    story.release()
    _, record, digest = story.decide(Outcome.BLOCK)
    for _ in range(count - 4):
        said = replace(record, at=story.clock.wall(), action_id=story.ids.action_id())
        story.log.append(Record(Kind.DECISION, "action", digest, said), None)
    story.decide(Outcome.BLOCK)
    story.reopen()
    return story


@pytest.mark.slow
def test_ten_thousand_records_do_not_freeze_it(page: Opened, tmp_path: Path) -> None:
    story = many(tmp_path / "many", 10_000)
    given = tmp_path / "many.wkb"
    bundle_of(story, given)
    page.pin(story.path / "log")
    story.log.close()
    # Between two batches the page must come to draw: it says each time how far it is.
    page.page.evaluate(
        """() => {
          window.drawn = 0;
          const draw = () => { window.drawn += 1; window.drawing = requestAnimationFrame(draw); };
          draw();
        }"""
    )
    assert page.give(given) == "This holds"
    assert page.page.evaluate("cancelAnimationFrame(window.drawing), window.drawn") > 20
    assert len(cards(page)) == 50
    page.page.click("#more")
    assert len(cards(page)) == 100
    assert page.page.inner_text("#how-many") == "100 of 10000 shown"


def test_without_ed25519_it_claims_nothing(browser: Any, tmp_path: Path) -> None:
    before = """const real = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (format, data, algorithm, ...rest) => algorithm.name === 'Ed25519'
      ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
      : real(format, data, algorithm, ...rest);"""
    with opened(browser, tmp_path, before) as found:
        assert found.page.get_attribute("html", "data-ready") == "no"
        assert "claims nothing" in found.page.inner_text("#cannot")
        assert not found.page.is_visible("#give")
        assert found.page.is_disabled("#file")


def test_no_request_leaves_it(browser: Any, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        opened(browser, tmp_path, offline=False) as found,
    ):
        server.settimeout(0.3)
        place = f"http://127.0.0.1:{server.getsockname()[1]}"
        failed = "(place) => fetch(place).then(() => false, () => true)"
        assert found.page.evaluate(failed, place)
        found.page.evaluate(
            """(place) => {
              document.body.append(Object.assign(new Image(), {src: `${place}/a.png`}));
              const script = document.createElement('script');
              script.textContent = 'window.hit = 1';
              document.body.append(script);
              navigator.sendBeacon(`${place}/b`);
              new EventSource(`${place}/c`);
            }""",
            place,
        )
        with pytest.raises(TimeoutError):
            server.accept()
        assert found.page.evaluate("window.hit") is None
        assert sum("Content Security Policy" in one for one in found.seen) >= 4


def test_it_is_one_file_that_names_no_place() -> None:
    page = render_page().decode()
    assert page == render_page().decode()
    # Not a place to go to: the name of the statement's type.
    page = page.replace("'https://in-toto.io/Statement/v1'", "")
    # Nor this: the site that a passkey's answer names where the plan names no console.
    page = page.replace("'http://localhost:8932'", "")
    assert re.findall(r"https?:|//[a-z]+\.|@[a-z]+@|<link|src=", page) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", page) == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert "document" not in render_script(view=False)


def cosigned(world: World, names: str, out: Path) -> dict[str, str]:
    """Write the whole bundle with cosignatures of these witnesses of three; return policies."""
    people = {one: Person(f"witness.example/{one}") for one in "abc"}
    members = as_run(world.story, members_of(world.whole.read_bytes()))
    text = parse_note_unverified(members["checkpoint"]).text
    lines = [cosign(text, people[one].name, people[one].signer, 1_795_000_100) for one in names]
    members["checkpoint"] = with_cosignatures(members["checkpoint"], lines)
    keys = "".join(
        f"witness {one} {witness_key(who.name, who.signer.public_key)}\n"
        for one, who in people.items()
    )
    policies = {
        "two": f"{keys}group g 2 a b c\nquorum g\n",
        "all": f"{keys}group g all a b c\nquorum g\n",
    }
    out.write_bytes(made_again({**members, "policy": policies["two"].encode()}))
    return policies


@pytest.mark.parametrize(
    ("pinned", "title", "status", "says"),
    [
        ("two", "This holds", "checked", "the policy that you gave"),
        ("all", "This does not hold", "failed", "too few cosigned it"),
        ("", "This holds", "checked", "which is a claim"),
        ("nonsense", "This does not hold", "failed", "no policy has"),
    ],
)
def test_witnesses(
    page: Opened, world: World, tmp_path: Path, pinned: str, title: str, status: str, says: str
) -> None:
    given = tmp_path / "cosigned.wkb"
    policies = cosigned(world, "ac", given)
    page.page.click("#witnesses")
    page.page.fill("#policy", policies.get(pinned, pinned))
    assert page.give(given) == title
    assert page.steps()[14] == status
    assert says in page.page.inner_text("#steps li[data-step='14']")
    page.page.fill("#policy", "")
    page.page.click("#witnesses")
