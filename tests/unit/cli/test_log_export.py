"""`watchkeeper log export`, on a home, a published log, and a home that grows."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.homes import Story
from watchkeeper.cli import log as command
from watchkeeper.records.instant import render_instant
from watchkeeper.records.reference import Ref


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.log.publish_now()
    yield story
    story.log.close()


def exported(where: Path, *arguments: str) -> list[Any]:
    done = CliRunner().invoke(command.app, ["export", str(where), *arguments])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_records_as_they_are(story: Story) -> None:
    found = exported(story.path)
    assert [line["index"] for line in found] == list(range(story.log.size))
    assert {line["origin"] for line in found} == {story.log.origin}
    assert exported(story.path, "--since-index", "5") == found[5:]


def test_a_published_log_gives_the_same(story: Story, tmp_path: Path) -> None:
    for form in ("jsonl", "ocsf", "otel"):
        out = tmp_path / f"{form}.jsonl"
        assert exported(story.path, "--format", form, "--out", str(out)) == []
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        assert exported(story.path / "log", "--format", form) == lines
        assert lines


def test_by_time(story: Story) -> None:
    whole = exported(story.path, "--format", "ocsf")
    middle = story.log.entry(Ref(0, 9)).record.predicate.at
    at = render_instant(middle)
    before = exported(story.path, "--format", "ocsf", "--until", at)
    after = exported(story.path, "--format", "ocsf", "--since", at)
    assert before + after == whole
    assert len(before) == 9
    assert exported(story.path, "--until", "2020-01-01") == []
    assert exported(story.path, "--since", "2020-01-01T00:00:00+02:00") != []


def test_spans_from_the_middle_know_their_decisions(story: Story) -> None:
    ref, decided, digest = story.decide()
    story.effect(ref, decided, digest)
    late = exported(story.path, "--format", "otel", "--since-index", str(ref.index + 1))
    spans = [line["resourceSpans"][0]["scopeSpans"][0]["spans"][0] for line in late]
    assert [span["name"] for span in spans] == ["execute_tool refund"]


@pytest.mark.parametrize("time", ["yesterday", "", "12:00"])
def test_a_time_that_is_none(story: Story, time: str) -> None:
    done = CliRunner().invoke(command.app, ["export", str(story.path), "--since", time])
    assert done.exit_code == 2


def test_no_log(tmp_path: Path) -> None:
    assert CliRunner().invoke(command.app, ["export", str(tmp_path / "none")]).exit_code == 2


def test_followed_until_interrupted(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    arguments = ["log", "export", str(story.path), "--follow", "--format", "ocsf", "--out", out]
    running = subprocess.Popen([sys.executable, "-m", "watchkeeper", *arguments])
    try:
        wait_for(out, story.log.size)
        story.act()
        wait_for(out, story.log.size)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.wait(30)
    found = [json.loads(line)["metadata"]["sequence"] for line in out.read_text().splitlines()]
    assert found == list(range(story.log.size))


def wait_for(file: Path, lines: int) -> None:
    for _ in range(6000):
        if file.exists() and file.read_text().count("\n") == lines:
            return
        time.sleep(0.01)
    pytest.fail(f"{file} did not come to {lines} lines")
