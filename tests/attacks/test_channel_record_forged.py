"""What a log says of channels has to fit together: silent once, then heard since that very time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.disk_bank import DiskBank
from tests.worlds.homes import Story
from watchkeeper.do.state.parts import Channels
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.notices.board import RETRIES, Board
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing, Silence
from watchkeeper.records.statement import Record
from watchkeeper.verify import verify_log


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    yield story
    story.log.close()


def _silent(story: Story, **changes: object) -> ChannelRecord:
    at = story.clock.wall()
    said = ChannelRecord(at, "ops", Hearing.SILENT, at.plus(-85), 5, Silence.NOT_TAKEN)
    return replace(said, **changes)


def _heard(story: Story, silent: ChannelRecord, **changes: object) -> ChannelRecord:
    at = story.clock.wall()
    return replace(silent, **{"at": at, "state": Hearing.HEARD, "why": None, **changes})


def _problems(story: Story, *said: ChannelRecord, subject: str = "ops") -> list[str]:
    for one in said:
        story.say(Kind.CHANNEL, "channel", sha256_hex(subject.encode()), one)
    story.log.publish_now()
    found = verify_log(story.path / "log", workers=1).findings
    assert all(finding.step == 6 for finding in found)
    return [finding.message for finding in found]


def test_silent_and_heard_in_turn_hold(story: Story) -> None:
    first = _silent(story)
    heard = _heard(story, first)
    assert _problems(story, first, heard, _silent(story)) == []


def test_silent_twice(story: Story) -> None:
    assert _problems(story, _silent(story), _silent(story)) == ["channel: it was silent before"]


def test_heard_without_having_been_silent(story: Story) -> None:
    heard = _heard(story, _silent(story))
    assert _problems(story, heard) == ["channel: it was not silent, or since another time"]


def test_heard_since_another_time(story: Story) -> None:
    first = _silent(story)
    heard = _heard(story, first, since=first.since.plus(1))
    assert _problems(story, first, heard) == ["channel: it was not silent, or since another time"]


def test_silent_since_later_than_it_was_said(story: Story) -> None:
    later = Instant(story.clock.wall().plus(600))
    found = _problems(story, _silent(story, since=later))
    assert found == ["channel: it fell silent later than it says so"]


@pytest.mark.parametrize("changes", [{"why": None}, {"failures": 0}])
def test_silent_without_why(story: Story, changes: dict[str, object]) -> None:
    found = _problems(story, _silent(story, **changes))
    assert found == ["channel: it does not say why, or that nothing failed"]


def test_about_another_channel(story: Story) -> None:
    found = _problems(story, _silent(story), subject="mail")
    assert found == ["channel: its subject is not its channel"]


@pytest.mark.parametrize("late", [0, 1])
def test_over_shards(tmp_path: Path, late: int) -> None:
    """What one shard says of a channel is held against what the next one says."""
    bank = DiskBank(tmp_path / "bank")
    board = Board(bank.home)
    for _ in range(len(RETRIES) + 1):
        board.failed("ops", Silence.NOT_TAKEN)
    since = bank.home.state.part(Channels).silent["ops"].since
    bank.roll()
    assert bank.home.state.part(Channels).silent.keys() == {"ops"}
    at = bank.home.now()
    said = ChannelRecord(at, "ops", Hearing.HEARD, since.plus(-late), 6)
    bank.home.append(Record(Kind.CHANNEL, "channel", sha256_hex(b"ops"), said)).wait(10)
    found = [finding.message for finding in bank.verify().findings]
    bank.close()
    assert found == (["shard 1: channel: it was not silent, or since another time"] if late else [])
