"""`watchkeeper plan`: what is printed, and the three exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.many import write_many
from tests.worlds.workspace_files import FILES, with_change, write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.cli.servers import split_target
from watchkeeper.errors import SettingsInvalid
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.schemas.export import schema_files
from watchkeeper.plan.whole import compile_folder

SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"jsonrpc": "2.0", "id": asked["id"]}
    if asked["method"] == "initialize":
        answer["result"] = {
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": "bank", "version": "1"},
        }
    elif asked["method"] == "tools/list" and not asked.get("params", {}).get("cursor"):
        answer["result"] = {"tools": [
            {"name": "pay", "inputSchema": {"type": "object"}, "x-own": [1.5]},
            {"name": "odd", "inputSchema": "none"},
        ], "nextCursor": "2"}
    elif asked["method"] == "tools/list":
        answer["result"] = {"tools": [
            {"name": "look", "inputSchema": {"type": "object"}},
        ]}
    else:
        answer["error"] = {"code": -32601, "message": "no such method"}
    print(json.dumps(answer), flush=True)
"""


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_lint_of_what_holds(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path)
    digest = bundle_digest(bundle_bytes(compile_folder(folder)))
    code, out, err = run("lint", folder)
    assert code == 0
    assert "soa.yaml" in out
    assert digest in err
    code, out, _ = run("lint", folder, "--json")
    found = json.loads(out)
    assert (code, found["holds"], found["plan"]) == (0, True, digest)
    assert found["counts"]["safety"] == 0
    assert {"severity", "file", "line", "message", "advice", "code"} <= set(found["findings"][0])


def test_many_findings_of_one_kind_are_counted(tmp_path: Path) -> None:
    folder = write_many(tmp_path, 120)
    code, out, _ = run("lint", folder)
    assert code == 0
    assert out.count("is a document only") == 20
    assert "and 100 more like these: document-only" in out
    assert ":100:" in run("lint", folder, "--all")[1]
    assert run("lint", folder, "--all")[1].count("is a document only") == 120


def test_wrong_references_are_each_named_and_not_each_searched_for(tmp_path: Path) -> None:
    write_many(tmp_path, 250)
    rows = (tmp_path / "soa.yaml").read_text().replace("control: control-", "control: contrl-")
    (tmp_path / "soa.yaml").write_text(rows)
    _, out, _ = run("lint", tmp_path, "--all")
    assert out.count("there is no control `contrl-") == 250
    assert out.count("did you mean `control-") == 20
    assert out.count("it is none of the 289 that are known") == 230


def test_gaps_fail_only_where_asked(tmp_path: Path) -> None:
    assert run("lint", write_workspace(tmp_path), "--strict")[0] == 1


def test_lint_of_safety_errors(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, with_change("systems/desk.yaml", "owner: ana", "owner: zoe"))
    code, out, err = run("lint", folder)
    assert code == 1
    assert "systems/desk.yaml:4: there is no person `zoe`" in out
    assert "does not hold" in err


@pytest.mark.parametrize("raw", [b"\xff", b"a: [", b"a: 1\na: 2\n"])
def test_lint_of_what_can_not_be_parsed(raw: bytes, tmp_path: Path) -> None:
    code, out, _ = run("lint", write_workspace(tmp_path, {"soa.yaml": raw}), "--json")
    assert code == 2
    assert json.loads(out)["counts"]["unreadable"] == 1


def test_lint_of_nothing(tmp_path: Path) -> None:
    assert run("lint", tmp_path / "none")[0] == 2
    assert run("lint", tmp_path)[0] == 2


def test_show(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    code, out, _ = run("show", folder)
    assert code == 0
    assert "alone up to 200.00, with review by lead up to 1000.00, never beyond" in out
    code, out, _ = run("show", folder, "--schema")
    assert 'action "bank/pay"' in out
    file = tmp_path / "plan.json"
    file.write_bytes(bundle_bytes(compile_folder(folder)))
    code, out, _ = run("show", file, "--json")
    assert json.loads(out)["grants"][0]["id"] == "pays"


def test_show_of_what_is_no_plan(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text('{"format": 2}')
    code, _, err = run("show", file)
    assert code == 2
    assert "is no plan" in err
    assert run("show", tmp_path / "none.json")[0] == 2
    assert run("show", write_workspace(tmp_path / "aims", {"soa.yaml": b"\xff"}))[0] == 2


def test_diff(tmp_path: Path) -> None:
    old = write_workspace(tmp_path / "old")
    change = with_change("authority/payer.yaml", "alone: 200.00", "alone: 300.00")
    new = write_workspace(tmp_path / "new", change)
    code, out, _ = run("diff", old, new)
    assert code == 0
    assert "Weaker: lets more through, or may (1)" in out
    assert run("diff", old, new, "--fail-on-weakening")[0] == 1
    assert run("diff", new, old, "--fail-on-weakening")[0] == 0
    found = json.loads(run("diff", old, new, "--json")[1])
    assert found["weakenings"] == ["grant `pays`: `amount` alone up to 300.00, before 200.00"]
    assert "nothing changed" in run("diff", old, old)[1]


def test_import_tools_asks_a_real_server(tmp_path: Path) -> None:
    server = tmp_path / "server.py"
    server.write_text(SERVER)
    file = tmp_path / "tools" / "bank.yaml"
    code, out, _ = run("import-tools", file, "--mcp", f"{sys.executable} {server}")
    assert code == 0, out
    assert out.splitlines()[:2] == ["new: pay", "new: look"]
    assert "left out: odd" in out
    listed = json.loads(file.with_name("bank.definitions.json").read_text())
    assert listed["tools"][0] == {"name": "pay", "inputSchema": {"type": "object"}, "x-own": [1.5]}
    code, out, _ = run("import-tools", file)
    assert code == 0
    assert "new:" not in out


def test_import_tools_where_nothing_answers(tmp_path: Path) -> None:
    code, _, err = run("import-tools", tmp_path / "bank.yaml", "--mcp", "no-such-program-anywhere")
    assert code == 2
    assert "could not list tools" in err
    assert run("import-tools", tmp_path / "bank.yaml")[0] == 2
    (tmp_path / "bank.yaml").write_bytes(b"\xff")
    assert run("import-tools", tmp_path / "bank.yaml")[0] == 2
    (tmp_path / "bank.yaml").write_text("id: bank\nurll: x\n")
    assert run("import-tools", tmp_path / "bank.yaml", "--mcp", "x")[0] == 2


def test_export_schemas(tmp_path: Path) -> None:
    code, out, _ = run("export-schemas", tmp_path)
    assert code == 0
    assert len(out.splitlines()) == len(schema_files())
    assert json.loads((tmp_path / "aims.schema.json").read_text())["title"] == "AimsFile"


def test_a_target_is_a_url_or_the_words_of_a_command() -> None:
    assert split_target("https://x.example/mcp") == "https://x.example/mcp"
    assert split_target("python 'my server.py'") == ["python", "my server.py"]
    for text in ("", "  ", "python 'x"):
        with pytest.raises(SettingsInvalid):
            split_target(text)


def test_every_file_of_the_world_is_a_kind_of_file() -> None:
    assert {name.split("/")[0] for name in FILES} == {
        "aims.yaml", "soa.yaml", "systems", "tools", "authority", "policies", "controls",
    }  # fmt: skip
