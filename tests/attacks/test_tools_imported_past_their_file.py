"""A tool server, or a workspace of somebody else, has an import of tools write what it should not.

The server changes the tool file while it is asked; the folder of tools is a link, or a file in it
is. What somebody wrote stays, and nothing is written outside; so it is of a workspace that begins.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.errors import ImportRefused, PlanRefused
from watchkeeper.plan.draft.workspace import draft_workspace

SERVER = """
import json, pathlib, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    result = {"tools": [{"name": "pay", "inputSchema": {"type": "object"}}]}
    if asked["method"] == "initialize":
        result = {
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": "bank", "version": "1"},
        }
    elif len(sys.argv) > 1:
        with pathlib.Path(sys.argv[1]).open("a") as file:
            file.write("# mine\\n")
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""
FILE = "tools/shop.yaml"
TOOLS = "id: shop\ncommand: [server]\ntools: {}\n"


@pytest.fixture
def aims(tmp_path: Path) -> Path:
    (tmp_path / "server.py").write_text(SERVER)
    return write_workspace(tmp_path / "aims")


def _imported(aims: Path, *words: object) -> tuple[int, str]:
    command = " ".join(map(str, (sys.executable, aims.parent / "server.py", *words)))
    done = CliRunner().invoke(app, ["import-tools", str(aims / FILE), "--mcp", command])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


def _all(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_the_server_changes_meanwhile_is_not_written_over(aims: Path) -> None:
    assert _imported(aims)[0] == 0
    before = (aims / FILE).read_text()
    code, why = _imported(aims, aims / FILE)
    assert (code, "changed meanwhile" in why) == (2, True), why
    after = (aims / FILE).read_text()
    assert after.endswith("# mine\n")
    assert after.replace("# mine\n", "") == before
    assert _imported(aims)[0] == 0
    assert (aims / FILE).read_text().endswith("# mine\n")
    assert not (aims / ".watchkeeper").exists()


@pytest.mark.parametrize("linked", ["tools", FILE, "tools/shop.definitions.json"])
def test_nothing_is_written_outside(linked: str, aims: Path) -> None:
    outside = aims.parent / "outside"
    if linked == "tools":
        (aims / "tools").rename(outside)
        (aims / "tools").symlink_to(outside)
    else:
        outside.write_text(TOOLS)
        (aims / linked).symlink_to(outside)
    before = _all(aims.parent)
    code, why = _imported(aims)
    assert (code, "out of the workspace" in why or "outside" in why) == (2, True), why
    assert _all(aims.parent) == before
    assert (aims / linked).is_symlink()


@pytest.mark.parametrize("linked", ["tools", ".schemas", "policies"])
def test_a_workspace_is_not_begun_through_a_link(linked: str, tmp_path: Path) -> None:
    outside, aims = tmp_path / "outside", tmp_path / "aims"
    for folder in (outside, aims):
        folder.mkdir()
    (aims / linked).symlink_to(outside)
    tools = [{"name": "pay", "inputSchema": {"type": "object"}}]
    with pytest.raises(ImportRefused, match="outside of the workspace"):
        draft_workspace(aims, "shop", tools, ["server"])
    assert list(outside.iterdir()) == []
    assert [path.name for path in aims.iterdir()] == [linked]


@pytest.mark.parametrize("there", ["soa.yaml", FILE, "aims.yaml"])
def test_a_workspace_is_not_begun_over_what_is_there(there: str, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / there).write_text("mine\n")
    with pytest.raises(PlanRefused, match="already"):
        draft_workspace(tmp_path, "shop", [], ["server"])
    assert _all(tmp_path) == {str(tmp_path / there): b"mine\n"}
