"""What is printed: folded on a terminal, line by line in a pipe, and tame in both."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.cli.output import folded, tame

ROW = "4.3    missing       Determining the scope of the AI management system"

NAMED = "a" * 40 + "   " + "b" * 64
"""A long name, and its digest in a cell of its own."""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (ROW, ROW[:52] + "\n" + " " * 21 + ROW[53:]),
        ("short", "short"),
        ("    two words that go on for quite a while, and on", None),
        ("x" * 200, "x" * 200),
        ("", ""),
    ],
)
def test_a_long_line_goes_on_below_its_text(line: str, said: str | None) -> None:
    told = folded(line, 55 if said and " " in said else 40)
    if said is not None:
        assert told == said
    assert max(map(len, told.splitlines()), default=0) <= 55 or " " not in line


WORDS = st.sampled_from(["a", "b" * 9, "c" * 30, "d" * 40, "e" * 64, " ", "  ", "   ", "\n"])
LINES = st.text(alphabet="ab  \n-`", max_size=300) | st.lists(WORDS, max_size=30).map("".join)


@given(LINES, st.integers(0, 120))
@example(NAMED, 80)
def test_folding_changes_no_word_breaks_none_and_joins_none(text: str, width: int) -> None:
    assert folded(text, width).split() == text.split()


def test_what_follows_stands_below_the_last_cell_that_fits() -> None:
    assert folded(NAMED, 80) == "a" * 40 + "\n" + "b" * 64
    line = f"    late  {'c' * 40}  one and two and three and four and five and six"
    first, *below = folded(line, 80).splitlines()
    assert first.startswith(line[:52])
    assert [len(one) - len(one.lstrip()) for one in below] == [10]


MARKS = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What says in which direction text goes on, and what ends a line or a paragraph."""


@given(st.text())
def test_what_is_tame_can_be_written_and_moves_no_cursor(text: str) -> None:
    told = tame(text)
    assert told.encode().decode() == told
    assert not set(told) & {"\x1b", "\x07", "\x9b", "\u202e", "\x00", *MARKS}
    assert len(told) == len(text)


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_no_mark_turns_a_line_around_or_ends_one(mark: str) -> None:
    assert tame(f"paid {mark} 10 ") == "paid \ufffd 10 "


def _at_a_terminal(columns: int, *words: str) -> str:
    mine, its = pty.openpty()
    settings = {**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "watchkeeper", *words], stdout=its, stderr=its, env=settings
    ) as process:
        os.close(its)
        told = b""
        while True:
            try:
                more = os.read(mine, 65536)
            except OSError:
                break
            if not more:
                break
            told += more
    os.close(mine)
    assert process.returncode in {0, 1}, told
    return told.decode().replace("\r\n", "\n")


def test_a_report_fits_the_terminal_and_says_the_same_in_a_pipe(tmp_path: Path) -> None:
    folder = str(ManagedWorkspace().remove("scope").write(tmp_path / "aims"))
    words = ["plan", "clauses", folder, "--at", "2026-11-23"]
    told = _at_a_terminal(80, *words)
    assert max(map(len, told.splitlines())) <= 80
    assert "\x1b" not in told
    piped = subprocess.run(
        [sys.executable, "-m", "watchkeeper", *words], capture_output=True, check=False, text=True
    )
    assert told.split() == (piped.stdout + piped.stderr).split()
    assert max(map(len, piped.stdout.splitlines())) > 80
    assert "\x1b" not in piped.stdout + piped.stderr
