"""`--help` of every command: what it does, and examples that can be copied line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from watchkeeper.cli.app import app


def _commands(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = getattr(found, "commands", None)
    if below is None:
        yield path
        return
    for name, one in below.items():
        yield from _commands(one, (*path, name))


@pytest.mark.parametrize("path", sorted(_commands(get_command(app))), ids=" ".join)
def test_each_example_stands_on_a_line_of_its_own(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], terminal_width=100).output
    lines = [line.strip() for line in shown.splitlines()]
    examples = lines[lines.index("Examples:" if "Examples:" in lines else "Example:") + 1 :]
    mine = examples[: examples.index("")]
    assert mine, "a command without an example"
    assert f"watchkeeper {' '.join(path)}" in mine[0]
