"""A mapping, or its name, that speaks to the terminal of whoever checks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchkeeper.cli.plan import app

ESC = "\x1b[2J\x1b]0;owned\x07\u202e"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.md", f"- ISO 42001 A.2.2: Data provenance{ESC}\n- ISO 42001 A.5.1: {ESC}\n"),
        ("m.csv", f'id,title\n"A.2.2","Data provenance{ESC}"\nA.5.1,{ESC}\n'),
        ("m.json", json.dumps([{"id": "A.2.2", "title": f"Data provenance{ESC}"}])),
        (f"m{ESC}.txt", "ISO 42001: A.5.1 (Data provenance)\n"),
        ("m.md", f"{ESC}.pdf"),
    ],
)
def test_nothing_of_it_reaches_the_terminal(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name.replace("/", "_")
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["standards", "--check", str(file), "--standard", "iso42001"], color=True
    )
    assert done.exit_code in {0, 1, 2}
    for said in (done.stdout, done.stderr):
        assert not set(said) & set(ESC[:1] + "\x07\u202e")
