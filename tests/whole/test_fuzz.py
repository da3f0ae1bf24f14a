"""`make fuzz` knocks at a door from its seeds, and says how often."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import needs

ROOT = Path(__file__).parents[2]


@pytest.mark.slow  # what it runs is instrumented first, which takes most of a minute
def test_a_door_is_knocked_at(tmp_path: Path) -> None:
    needs.module("atheris")
    words = [sys.executable, "-m", "fuzz", "--seconds", "1", "--corpus", str(tmp_path)]
    ran = subprocess.run(
        [*words, "--door", "size"], cwd=ROOT, capture_output=True, text=True, timeout=280,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    knocks = re.search(r"^size\s+(\d+) inputs$", ran.stdout, re.MULTILINE)
    assert knocks is not None
    assert int(knocks[1]) > 100
    assert ran.stdout.splitlines()[-1] == "1 doors, 1 s each, 0 broken"
    assert sorted(path.name for path in (tmp_path / "size").glob("seed-*")) == ["seed-0", "seed-1"]
