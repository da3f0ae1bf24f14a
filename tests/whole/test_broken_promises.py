"""The demonstration fails when a promise is broken: each launcher breaks one, in the gateway."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.worlds.demonstration import demonstrate

pytestmark = pytest.mark.slow

SABOTAGE = Path(__file__).parent / "sabotage"


def sabotaged(tmp_path: Path, launcher: str):
    command = shlex.join([sys.executable, str(SABOTAGE / launcher)])
    return demonstrate(tmp_path / "out", "--gateway-command", command)


def test_i2_an_answer_before_its_effect_record_is_found_out(tmp_path: Path) -> None:
    ended = sabotaged(tmp_path, "early_answer.py")
    assert ended.code == 1, ended.told
    assert any("was on record before the kill" in line for line in ended.failed)


def test_i1_records_that_are_not_on_the_disk_are_found_out(tmp_path: Path) -> None:
    ended = sabotaged(tmp_path, "lost_writes.py")
    assert ended.code == 1, ended.told
    assert "The gateway is killed" in ended.told
    assert ended.failed


def test_i3_an_action_that_is_done_again_is_found_out(tmp_path: Path) -> None:
    ended = sabotaged(tmp_path, "done_again.py")
    assert ended.code == 1, ended.told
    assert any("no refund was paid twice" in line for line in ended.failed)
