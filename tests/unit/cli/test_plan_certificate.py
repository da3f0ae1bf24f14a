"""`plan certificate`: looking up, concluding, asking, and noting answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.aims import ManagedWorkspace
from tests.worlds.certificates import bought
from tests.worlds.terminal import at_a_terminal
from watchkeeper.plan.certificates.questions import BY_ID
from watchkeeper.plan.whole import lint_workspace

ID = "modelhouse-42001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_a_terminal(tmp_path, tmp_path / "home", monkeypatch, ("ana", "ben", "eve"))
    return bought().write(tmp_path / "the aims")


def certificate(*words: object) -> tuple[int, str, str]:
    verb, *rest = words
    return run("certificate", verb, *rest)


def test_looking_up_signs_and_what_may_be_concluded_follows(folder: Path) -> None:
    look = ("verified", ID, "--workspace", folder, "--method")
    code, out, err = certificate(*look, "cb_register", "--result", "confirmed", "--by", "ana")
    assert (code, err) == (0, "")
    assert out.startswith(f"noted in certificates/{ID}.yaml: cb_register on ")
    scope = ("scope_judgement", "--result", "confirmed", "--system", "desk", "--by", "ben")
    assert certificate(*look, *scope)[0] == 0
    code, out, _ = certificate("check", ID, "--workspace", folder, "--system", "desk", "--json")
    (found,) = json.loads(out)
    assert (code, found["stands"]) == (0, True)
    assert [found[one]["answer"] for one in ("confirmed", "accredited", "inScope")] == [
        "yes",
        "not-known",
        "yes",
    ]
    assert lint_workspace(folder).bundle is not None


def test_what_was_suspended_ends_with_one(folder: Path) -> None:
    path = folder / f"certificates/{ID}.yaml"
    says = path.read_text()
    path.write_text(says.replace('status": "active"', 'status": "suspended"'))
    code, out, _ = certificate("check", "--workspace", folder)
    assert code == 1
    assert "its status is `suspended`" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verified", "nobody", "--method", "cb_register"), "there is no certificate"),
        (("verified", ID, "--method", "rumour"), "methods:"),
        (("verified", ID, "--method", "scope_judgement"), "--system"),
        (("verified", ID, "--method", "cb_register", "--system", "desk"), "--system"),
        (("verified", ID, "--method", "scope_judgement", "--system", "x"), "no system"),
        (("verified", ID, "--method", "cb_register", "--by", "eve"), "no person"),
        (("verified", ID, "--method", "cb_register", "--on", "2026-02-30"), "not a day"),
        (("verified", ID, "--method", "cb_register", "--file", "gone.pdf"), "can not read"),
        (("verified", ID, "--method", "cb_register", "--on", "9999-01-01"), "still to come"),
        (
            ("verified", ID, "--method", "cb_register", "--recheck-by", "2001-01-01"),
            "can not have counted",
        ),
    ],
)
def test_what_can_not_be_signed_is_refused_and_nothing_is_written(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    before = (folder / f"certificates/{ID}.yaml").read_bytes()
    by = () if "--by" in words else ("--by", "ana")
    code, _, err = certificate(*words, "--result", "confirmed", *by, "--workspace", folder)
    assert code == 2
    assert said in err
    assert (folder / f"certificates/{ID}.yaml").read_bytes() == before


def test_whoever_supplies_a_system_without_a_supplier_is_asked_everything(tmp_path: Path) -> None:
    folder = ManagedWorkspace().remove("supplier").remove("certificate").write(tmp_path / "aims")
    code, out, err = certificate("ask", "--system", "desk", "--workspace", folder)
    assert code == 1
    assert "Whoever wants to supply it" in out
    assert "no supplier of `desk` is known" in err
    said = json.loads(certificate("ask", "--system", "desk", "--workspace", folder, "--json")[1])
    assert {one["id"] for one in said[""]} == set(BY_ID)


def test_asking_prints_every_question_and_ends_with_one_until_all_are_answered(
    folder: Path,
) -> None:
    code, out, _ = certificate("ask", "--system", "desk", "--workspace", folder)
    assert code == 1
    assert "our files say: Hosting of models." in out
    asked = json.loads(
        certificate("ask", "--supplier", "modelhouse", "--json", "--workspace", folder)[1]
    )
    for one in asked["modelhouse"]:
        words = (
            "--question",
            one["id"],
            "--answer",
            "As you wish: 1 # of = 2",
            "--on",
            "2026-11-20",
        )
        assert certificate("answer", "modelhouse", *words, "--workspace", folder)[0] == 0
    code, out, _ = certificate("ask", "--system", "desk", "--workspace", folder)
    assert code == 0
    assert "answered 2026-11-20 (attested): As you wish: 1 # of = 2" in out
    assert lint_workspace(folder).bundle is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask",), "name a system or a supplier"),
        (("ask", "--system", "gone"), "no system"),
        (("ask", "--supplier", "gone"), "no supplier"),
        (("answer", "modelhouse", "--question", "scop", "--answer", "x"), "scope"),
        (("answer", "modelhouse", "--question", "scope", "--answer", " "), "an answer of 1"),
    ],
)
def test_a_slip_is_named(folder: Path, words: tuple[str, ...], said: str) -> None:
    code, _, err = certificate(*words, "--workspace", folder)
    assert code == 2
    assert said in err
