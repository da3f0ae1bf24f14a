"""Whatever is typed into a workspace file: findings or a plan, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import stops_release

_PIECES = [
    "", " ", "\n", ":", "- ", "{", "}", "[", "]", "&a ", "*a", "!x ", "|", ">", "'", '"', "#", "%",
    "\t", "\x00", "\ud7ff", "ä", "~", "null", "-1", "1e999", "0x", "<<: ", "? ", "@id", "forbid",
    "context", "::", "&&", "\\", "//", "999999999999999999999", "true", "principal",
]  # fmt: skip


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        cut = chance.choice([0, 0, 1, 3, 20])
        text = text[:at] + chance.choice(_PIECES) + text[at + cut :]
    return text


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_mutation_gives_a_traceback(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    for n in range(25):
        folder = tmp_path / str(n)
        linted = lint_workspace(write_workspace(folder, {name: _mutated(FILES[name], chance)}))
        assert isinstance(linted, Linted)
        assert (linted.bundle is None) == stops_release(linted.findings)
        for finding in linted.findings:
            assert finding.message
            assert "\n" not in str(finding)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_gone(name: str, tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {name: None}))
    assert (linted.bundle is None) == stops_release(linted.findings)
