"""Commands are imported when they are used: a list of them is read from their sources alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli import verbs
from watchkeeper.cli.app import VERBS

RUN = """
import sys
from watchkeeper.cli.app import app
try:
    app(sys.argv[1:])
except SystemExit as ended:
    print("ended with", ended.code, file=sys.stderr)
print(*sorted(sys.modules), file=sys.stderr)
"""


def places(commands: dict[str, str], above: str = "") -> Iterator[tuple[str, str]]:
    for name, place in commands.items():
        yield f"{above}{name}", place
        found: Any = verbs._command(name, place)
        if hasattr(found, "places"):
            yield from places(found.places, f"{above}{name} ")


def test_what_is_listed_is_what_the_command_says() -> None:
    found = dict(places(VERBS))
    assert {"plan lint", "plan import xlsx", "log verify", "witness serve"} <= set(found)
    for name, place in found.items():
        says = verbs._command(name, place)
        for width in (40, 60, 200):
            listed = verbs._listed(place).get_short_help_str(width)
            assert listed == says.get_short_help_str(width), name
            assert listed, name


def loaded_by(*words: str) -> set[str]:
    command = [sys.executable, "-c", RUN, *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    *_, ended, modules = ran.stderr.splitlines()
    assert ended == "ended with 0"
    return set(modules.split())


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["--version"]], ids=" ".join)
def test_who_asks_for_help_loads_no_command(words: list[str]) -> None:
    found = loaded_by(*words)
    assert not found & {"rich", "starlette", "cedarpy", "watchkeeper.plan", "watchkeeper.demo"}


def test_lint_loads_neither_keys_nor_logs_nor_what_serves(tmp_path: Path) -> None:
    found = loaded_by("plan", "lint", str(write_workspace(tmp_path)), "--json")
    assert "pydantic" in found
    assert not found & {"rich", "cryptography", "starlette", "mcp", "watchkeeper.verify"}
    assert not [name for name in found if name.startswith("watchkeeper.adapters.posix")]
