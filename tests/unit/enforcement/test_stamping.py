"""A gateway that has its log time stamped, and goes on where that fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.authority import Authority
from tests.worlds import needs
from tests.worlds.homes import Story
from watchkeeper import settings
from watchkeeper.enforcement.beside.stamping import Stamper, stamping_wheel
from watchkeeper.errors import SettingsInvalid
from watchkeeper.records.instant import Instant
from watchkeeper.settings import Stamping


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.clock.now = Instant(time.time_ns() // 1000)
    story.reopen()
    story.release()
    story.log.publish_now()
    yield story
    story.log.close()


def test_stamps_what_grew_and_nothing_twice(story: Story, tmp_path: Path) -> None:
    needs.module("rfc3161_client")
    authority = Authority(tmp_path / "tsa", needs.program("openssl"))
    authority.make()
    kept = story.path / "log/timestamps"
    with authority.served() as url:
        stamper = Stamper(story.path, Stamping(url, (authority.root,), 60.0))
        stamper.turn()
        stamper.turn()
        assert len(list(kept.glob("*.tsr"))) == len(authority.asked) == 1
        story.act()
        story.log.publish_now()
        stamper.turn()
    assert len(list(kept.glob("*.tsr"))) == 2
    assert stamper.stamped == story.log.size


def test_an_authority_that_is_gone_is_said_and_tried_again(
    story: Story, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "tsa", needs.program("openssl"))
    authority.make()
    stamping = Stamping("http://127.0.0.1:1/", (authority.root,), 0.001)
    wheel = stamping_wheel(story.path, stamping)
    with caplog.at_level(logging.WARNING):
        wheel.start()
        for _ in range(3000):
            if caplog.text.count("can not be reached") > 2:
                break
            time.sleep(0.01)
        wheel.stop(30)
    assert caplog.text.count("can not be reached") > 2


@pytest.mark.parametrize(
    "text",
    [
        "url: http://x/",
        "url: http://x/\ncertificates: []",
        "url: http://x/\ncertificates: [a.pem]\nevery: 1",
        "url: http://x/\ncertificates: [a.pem]\nevery: true",
        "url: http://x/\ncertificates: [a.pem]\nevry: 100",
        "url: [http://x/]\ncertificates: [a.pem]",
        "just text",
        "{",
    ],
)
def test_settings_that_make_no_sense(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamps.yaml").write_text(text)
    with pytest.raises(SettingsInvalid):
        settings.stamping(tmp_path)


def test_settings(tmp_path: Path) -> None:
    assert settings.stamping(tmp_path) is None
    (tmp_path / "timestamps.yaml").write_text("url: http://x/\ncertificates: [a.pem]\nevery: 600\n")
    assert settings.stamping(tmp_path) == Stamping("http://x/", (tmp_path / "a.pem",), 600.0)
