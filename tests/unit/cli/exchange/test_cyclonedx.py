"""`plan export cyclonedx` and `plan import cyclonedx`: out of one workspace, into another."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.worlds.exchanged import REFUND_DESK
from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.load import load_workspace


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_from_one_workspace_into_another(tmp_path: Path) -> None:
    file, folder = tmp_path / "x.json", write_workspace(tmp_path / "aims")
    code, out, _ = run("export", "cyclonedx", REFUND_DESK, "--out", file, "--json")
    assert code == 0
    assert json.loads(out)["systems"] == ["hiring-screener", "refund-desk", "sales-insight"]
    words = ("import", "cyclonedx", file, folder, "--owner", "ana")
    code, out, err = run(*words, "--dry-run")
    assert (code, out.count("would draft")) == (0, 3)
    assert "nothing was written" in err
    code, out, _ = run(*words)
    assert (code, out.count("drafted: ")) == (0, 3)
    assert "desk" in out.rpartition("left out")[2]
    workspace, _ = load_workspace(folder)
    original, _ = load_workspace(REFUND_DESK)
    assert workspace is not None
    assert original is not None
    for name, file_ in original.systems.items():
        drafted, says = workspace.systems[name].says, file_.says
        assert (drafted.title, drafted.purpose) == (says.title, says.purpose)
        assert (drafted.intended_use, drafted.prohibited) == (says.intended_use, says.prohibited)
        assert drafted.agents == says.agents
        assert not drafted.in_scope
        assert drafted.reason.startswith("say: ")
    assert run(*words)[1].count("is there already") == 3
    asked = {one.file for one in lint_workspace(folder).findings if one.code == "left-as-template"}
    assert asked == {f"systems/{name}.yaml" for name in original.systems}


def test_somebody_has_to_answer_for_what_comes_in(tmp_path: Path) -> None:
    file, folder = tmp_path / "x.json", write_workspace(tmp_path / "aims")
    run("export", "cyclonedx", REFUND_DESK, "--out", file)
    for words in ((), ("--owner", "anna")):
        code, out, err = run("import", "cyclonedx", file, folder, *words)
        assert (code, out) == (2, "")
        assert "`ana`" in err or "ana" in err
