"""The fault harness finds faults: a gateway that breaks a promise does not get through it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import needs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SABOTAGE = Path(__file__).parent / "sabotage"
_LAST = "{} points tried, {} lost, {} double, {} unrecorded"


def faults(*options: str) -> subprocess.CompletedProcess[str]:
    needs.program("strace")
    needs.program("cc")
    words = [sys.executable, "-m", "faults", "--jobs", "2", "--served", "0", *options]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)


def test_an_honest_gateway_gets_through_a_sample() -> None:
    ran = faults("--sample", "6", "--seed", "5")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == _LAST.format(6, 0, 0, 0)


@pytest.mark.parametrize(
    ("launcher", "word"),
    [
        ("unsynced_release.py", "UNRECORDED"),
        ("dropped_effect.py", "UNRECORDED"),
        ("tried_again.py", "DOUBLE"),
    ],
)
def test_a_gateway_that_breaks_a_promise_is_found_out(launcher: str, word: str) -> None:
    every_one = ("--only", "EIO fdatasync segments")  # a sample may miss the few that show it
    ran = faults("--sabotage", str(SABOTAGE / launcher), *every_one)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    found = [line for line in ran.stdout.splitlines() if line.startswith(word)]
    assert found, ran.stdout
    assert " without " in found[0] or " times" in found[0]
