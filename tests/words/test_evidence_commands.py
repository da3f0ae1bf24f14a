"""The commands of `docs/concepts/evidence.md` for tools of others, run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import needs
from tests.worlds.homes import Story

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(700)


def blocks() -> list[tuple[str, str]]:
    """The blocks of that section, in their order: language and text."""
    page = (ROOT / "docs/concepts/evidence.md").read_text()
    section = page.partition("### With tools that we did not write")[2]
    return re.findall(r"```(sh|python)\n(.*?)```", section, re.DOTALL)


def missing() -> None:
    """Skip, naming it, where something that the blocks use is not there."""
    for program in ("go", "node", "bash"):
        needs.program(program)
    for module in ("aics_tlog", "securesystemslib", "in_toto_attestation", "pymerkle"):
        needs.module(module)
    needs.file("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go")
    needs.file(str(ROOT / "tests/conformance/npm/node_modules/@sigstore/verify"))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a home, what an auditor kept of it, and these tests."""
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.reopen()
    log = story.path / "log"
    shutil.copy(log / "checkpoint", tmp_path / "kept.checkpoint")
    story.act()
    story.log.close()
    shutil.copy(log / "log.vkey", tmp_path / "pinned.vkey")
    shutil.copy(log / "records.pem", tmp_path / "pinned.pem")
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    return tmp_path


def run(desk: Path, language: str, text: str) -> subprocess.CompletedProcess[str]:
    beside = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{beside}:{os.environ['PATH']}",
        "HOME": str(desk),
        "GOCACHE": os.environ.get("GOCACHE", str(desk / "cache")),
    }
    command = ["bash", "-euc", text] if language == "sh" else [sys.executable, "-c", text]
    return subprocess.run(
        command, cwd=desk, env=environment, capture_output=True, text=True, check=False
    )


def test_each_block_runs_and_refuses_what_was_tampered_with(desk: Path) -> None:
    missing()
    found = blocks()
    assert [language for language, _ in found] == ["sh"] * 4 + ["python"]
    for language, text in found:
        done = run(desk, language, text)
        assert done.returncode == 0, (text, done.stderr)
    # An entry is changed, in the log and where it was handed out.
    [entries] = sorted((desk / "home/log/tile/entries/000.p").iterdir())[-1:]
    for path in (entries, desk / "3.envelope.json"):
        raw = path.read_bytes()
        at = raw.index(b'"payload":"', len(raw) // 3 if path == entries else 0) + 40
        path.write_bytes(raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :])
    for language, text in found[1:3]:
        assert run(desk, language, text).returncode != 0, text
    assert run(desk, *found[4]).returncode != 0
    inclusion = next(line for line in found[3][1].splitlines() if "verify-inclusion" in line)
    assert run(desk, "sh", inclusion).returncode != 0
