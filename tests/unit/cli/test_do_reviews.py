"""`do approve` of several, `do withdraw` and `do ask`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import durable
from tests.worlds.terminal import at_a_terminal, do
from watchkeeper import wiring
from watchkeeper.cli.app import app
from watchkeeper.loop.answering import answer_question
from watchkeeper.loop.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where two payments wait, with Ben's and Cyd's keys on this machine."""
    bank = DiskBank(tmp_path / "home", start=wiring.clock().wall().plus(-60))
    for n in range(2):
        durable(bank, amount=210, note=f"n{n}")
    bank.close()
    at_a_terminal(tmp_path, tmp_path / "home", monkeypatch, ("ana", "ben", "cyd"))
    return tmp_path / "home"


def _handles() -> list[str]:
    return [item["handle"] for item in json.loads(do("pending", "--by", "ben", "--json"))]


def test_several_are_approved_with_one_signature_and_one_is_taken_back(home: Path) -> None:
    handles = _handles()
    said = do("approve", *handles, "--by", "ben", "--yes")
    assert "Pay 210 to shop" in said
    assert "grant.pays.review (Pays within limits.)" in said
    assert all(f"{handle}: approved" in said for handle in handles)
    do("withdraw", handles[0], "--by", "cyd", code=2)
    assert f"{handles[0]}: pending" in do("withdraw", handles[0], "--by", "ben")
    assert "1" in do("pending", "--by", "ben", "--json")


def test_a_question_is_asked_and_its_answer_is_shown(home: Path) -> None:
    handle = _handles()[0]
    assert "asked" in do("ask", handle, "which invoice?", "--by", "ben")
    log = wiring.open_log(home)
    served = Home(log, wiring.clock(), wiring.ids())
    answer_question(served, "payer", handle, "INV-7\u202e").wait(10)
    log.close()
    shown = do("pending", "--by", "ben")
    assert "ben asks:  which invoice?" in shown
    assert "the agent says:  INV-7\\u202e" in shown


def test_a_list_with_one_that_does_not_wait_is_refused(home: Path) -> None:
    assert "no action waits" in do("approve", *_handles(), "esc_none", "--by", "ben", code=2)


def test_nobody_approves_by_what_is_piped_in(home: Path) -> None:
    handle = _handles()[0]
    do("approve", handle, "--by", "ben", code=2)
    assert handle in _handles()


def test_a_stop_of_a_name_that_the_plan_does_not_have_says_so(home: Path) -> None:
    result = CliRunner().invoke(app, ["do", "stop", "agent:payr", "--by", "ben"])
    assert result.exit_code == 1
    assert "did you mean `payer`?" in result.stderr
    assert "stopped agent:payr" in result.stdout


def test_a_token_for_somebody_whom_the_plan_does_not_know_says_so(home: Path) -> None:
    words = ["do", "token", "payer", "--by", "ana", "--for"]
    unknown = CliRunner().invoke(app, [*words, "nobody"])
    assert "the plan knows no person `nobody`" in unknown.stderr
    assert "knows no person" not in CliRunner().invoke(app, [*words, "ben"]).stderr
