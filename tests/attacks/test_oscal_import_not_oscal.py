"""Something else is given for a catalogue: XML, YAML, another model, another version, no object.

Each ends in one line that says what it is and what to do, and nothing is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.foreign import catalog
from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app


def _with(**more: Any) -> bytes:
    document = catalog("ac-1")
    document["catalog"]["metadata"] = document["catalog"]["metadata"] | more
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'<?xml version="1.0"?><catalog/>', "convert XML"),
        (b"catalog:\n  uuid: x\n", "convert XML"),
        (json.dumps(catalog("ac-1")).encode("utf-16"), "convert XML"),
        (b"[" * 100_000, "is no JSON object"),
        (b'{"catalog": [1]}', "none of the models"),
        (b'{"catalog": "x"}', "none of the models"),
        (b'{"component-definition": {"uuid": "x"}}', "neither a catalogue nor a profile"),
        (b'{"catalog": {}, "catalog": {}}', "the same key twice"),
        (b'{"catalog": {"a": NaN}}', "not a JSON number"),
        (b'{"catalog": {"metadata": {"title": "\\ud800"}}}', "lone surrogate"),
        (_with(**{"oscal-version": "2.0.0"}), "is of OSCAL `2.0.0`"),
        (_with(**{"oscal-version": ["1"]}), "is of OSCAL"),
    ],
)
def test_it_is_refused_in_a_line(tmp_path: Path, raw: bytes, said: str) -> None:
    aims = write_workspace(tmp_path / "aims")
    before = {path: path.read_bytes() for path in aims.rglob("*") if path.is_file()}
    (tmp_path / "c.json").write_bytes(raw)
    words = ["import", "oscal", str(tmp_path / "c.json"), str(aims), "--owner", "ana"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert before == {path: path.read_bytes() for path in aims.rglob("*") if path.is_file()}
