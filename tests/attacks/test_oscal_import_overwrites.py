"""An OSCAL document that would replace a control or a reason, leave the folder, or speak YAML."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from tests.worlds.foreign import METADATA, catalog, importing, profile
from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.cli.plan import app
from watchkeeper.plan.exchange.oscal.names import OURS
from watchkeeper.plan.exchange.oscal.taking.drafting import Drafted, draft_oscal
from watchkeeper.plan.whole import lint_workspace

_METADATA = {
    "title": "x",
    "last-modified": "2026-11-23T00:00:00Z",
    "version": "1",
    "oscal-version": "1.2.1",
}
_IDS = (
    "../../x",
    "/etc/passwd",
    "..",
    "limits",
    "LIMITS",
    "a\nowner: nobody",
    "con\u202etrol",
    "x" * 300,
    "_",
)


def _imported(folder: Path, document: Any) -> tuple[int, str, str]:
    file = folder.parent / "in.json"
    file.write_text(json.dumps(document))
    words = ("import", "oscal", str(file), str(folder), "--owner", "ana")
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def _catalog(*controls: Any, **more: Any) -> dict[str, Any]:
    uuid = "11111111-1111-4111-8111-111111111111"
    return {"catalog": {"uuid": uuid, "metadata": _METADATA, "controls": list(controls), **more}}


def test_nothing_is_replaced_and_nothing_leaves_the_folder(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    odd = "x: [\n- !!python/object:os.system\n*a &b\x07"
    part = {"name": "statement", "prose": odd}
    controls = [{"id": id_, "title": odd, "parts": [part]} for id_ in _IDS]
    code, out, _ = _imported(folder, _catalog(*controls))
    assert code == 0
    assert "controls/limits.yaml is there, and stays as it is" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aims", "in.json"]
    assert (folder / "controls/limits.yaml").read_text() == FILES["controls/limits.yaml"]
    linted = lint_workspace(folder)
    assert linted.workspace is not None, linted.findings
    for control in linted.workspace.controls.values():
        assert control.says.owner in {"ana", "ben"}
        assert "\x07" not in control.says.statement


def test_annex_a_of_another_standard_is_not_ours(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    code, _, _ = _imported(folder, _catalog({"id": "A.5.2", "title": "Of ISO 27001"}))
    assert code == 0
    assert (folder / "controls/a-5-2.yaml").exists()


def test_odd_shapes_do_not_break_it(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    odd = ({"id": 3}, "x", None, {"id": "ok", "parts": 3, "props": "x", "controls": {"id": "x"}})
    code, out, _ = _imported(folder, _catalog(*odd, groups=[3, {"controls": "x"}], x=[]))
    assert code == 0
    assert out.count("drafted") == 1


def test_what_nests_without_end_is_refused_soon(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "aims")
    control: dict[str, Any] = {"id": "x"}
    for number in range(200):
        control = {"id": f"x-{number}", "controls": [control]}
    started = time.monotonic()
    assert _imported(folder, _catalog(control))[0] == 2
    many = [{"id": f"x-{number}"} for number in range(10_001)]
    assert _imported(folder, _catalog(*many))[0] == 2
    assert time.monotonic() - started < 20
    assert list((folder / "controls").iterdir()) == [folder / "controls/limits.yaml"]


def _filled(row: str, decision: str, reason: str = "") -> tuple[dict[str, Any], Drafted]:
    """Return the row of `ac-1` once a profile was taken in, which decides of it with a reason."""
    said = {"name": "justification", "ns": OURS, "value": reason}
    more: dict[str, Any] = {}
    if reason and decision == "in":
        more = {"modify": {"alters": [{"control-id": "ac-1", "adds": [{"props": [said]}]}]}}
    elif reason:
        out = {"name": "excluded", "ns": OURS, "value": "ac-1", "remarks": reason}
        more = {"metadata": METADATA | {"props": [out]}}
    chosen = importing("c.json", None, ["ac-1"] if decision == "out" else ())
    documents = {"c.json": catalog("ac-1"), "p.json": profile(chosen, **more)}
    soa = f"rows:\n  - {{control: ac-1, applicable: undetermined, {row}}}\n"
    found = draft_oscal(documents, frozenset({"ac-1"}), soa, "ana")
    (filled,) = YAML(typ="safe").load(found.files["soa.yaml"])["rows"]
    return filled, found


@pytest.mark.parametrize("reason", ["", "They need it."])
@pytest.mark.parametrize(("decision", "status"), [("in", "partial"), ("out", "not-applicable")])
def test_the_words_of_a_person_stay_in_a_row(decision: str, status: str, reason: str) -> None:
    words = "legal looks at it until May"
    row, found = _filled(f"why: {words}, status: partial, owner: ben", decision, reason)
    assert row == {
        "control": "ac-1",
        "applicable": decision,
        "why": words,
        "status": status,
        "owner": "ben",
    }
    assert any("stays as it is" in one and "They need it" in one for one in found.left_out) == bool(
        reason
    )


@pytest.mark.parametrize("why", ["''", "'say: is it in, and why'"])
@pytest.mark.parametrize("decision", ["in", "out"])
def test_a_question_is_no_words_of_a_person(decision: str, why: str) -> None:
    row, found = _filled(f"why: {why}, status: not-implemented", decision, "They need it.")
    assert row["why"] == "They need it."
    assert not any("reason" in one for one in found.left_out)
    row, _ = _filled("status: not-applicable", decision)
    assert row["why"].startswith("say:")
    assert row["status"] == {"in": "not-implemented", "out": "not-applicable"}[decision]
