"""Keys that changed over time, in the page: it says what `log verify` says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.browser import Opened, opened, started
from tests.worlds.custody import revoke, rotate
from tests.worlds.homes import Story
from tests.worlds.taken_away import bundle_of
from watchkeeper.ledger.key_list import parse_key_list, public_pem
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.compose.compose import Wish

ROTATED = 19


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("keys")) as found:
        yield found


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path / "home")
    found.reopen()
    found.day()
    assert rotate(found) is not None
    found.act()
    yield found
    found.log.close()


def checked(page: Opened, story: Story, bundle: Path) -> bool:
    """Check with all keys pinned; page and command must agree."""
    page.pin(story.path / "log")
    log = story.path / "log"
    terms = parse_key_list((log / "records.pem").read_text())
    keys, vkey = [term.public for term in terms], (log / "log.vkey").read_text()
    command = verify_bundle(bundle, vkey=vkey, record_keys=keys, workers=1)
    held = page.give(bundle) == "This holds"
    ended = {step.number: step.status.value for step in command.steps}
    assert held == command.ok
    assert {n: page.steps()[n] for n in (4, 16)} == {n: ended[n] for n in (4, 16)}
    return held


@pytest.mark.parametrize("wish", [Wish(Selection()), Wish(Selection(decision="0/20"))])
def test_a_key_that_took_over(page: Opened, story: Story, tmp_path: Path, wish: Wish) -> None:
    story.reopen()
    given = tmp_path / "rotated.wkb"
    bundle_of(story, given, wish)
    assert checked(page, story, given)
    said = page.page.inner_text("#steps li[data-step='16']")
    assert f"from 0 to before {ROTATED + 1}" in said
    assert "by the chain alone" not in said
    first, _ = parse_key_list((story.path / "log" / "records.pem").read_text())
    page.page.fill("#records", public_pem(first.public))
    assert page.give(given) == "This holds"
    assert "by the chain alone" in page.page.inner_text("#steps li[data-step='16']")


def test_only_the_newest_key_given(page: Opened, story: Story, tmp_path: Path) -> None:
    story.reopen()
    given = tmp_path / "rotated.wkb"
    bundle_of(story, given)
    page.pin(story.path / "log")
    _, last = parse_key_list((story.path / "log" / "records.pem").read_text())
    page.page.fill("#records", public_pem(last.public))
    assert page.give(given) == "This does not hold"
    assert page.steps()[1] == "failed"


def test_a_key_that_was_revoked(page: Opened, story: Story, tmp_path: Path) -> None:
    old = story.log.key_terms()[0].keyid
    revoke(story, old, 12)
    story.reopen()
    given = tmp_path / "revoked.wkb"
    bundle_of(story, given)
    assert not checked(page, story, given)
    assert "record 12: not to be relied on" in page.page.inner_text("#steps li[data-step='16']")


def test_a_revocation_by_somebody_without_the_role(
    page: Opened, story: Story, tmp_path: Path
) -> None:
    old = story.log.key_terms()[0].keyid
    story.plan_roles = {**story.plan_roles, "operate": ("bert",)}
    story.release()
    revoke(story, old, ROTATED)
    story.reopen()
    given = tmp_path / "forged.wkb"
    bundle_of(story, given)
    assert not checked(page, story, given)
    said = page.page.inner_text("#steps li[data-step='16']")
    assert "does not hold the role" in said
