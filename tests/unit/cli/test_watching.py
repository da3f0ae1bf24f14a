"""`plan lint --watch`: only what changed is told, and a half-written file is no error."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.worlds.workspace_files import write_workspace
from watchkeeper.cli.plan.checking.watching import (
    EVERY_SECONDS,
    SETTLED_SECONDS,
    Round,
    lines_of,
    round_json,
    rounds,
    stamp_of,
)
from watchkeeper.plan.draft.starts.begin import begin
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.plan.whole import lint_workspace

Act = Callable[[], object]


class Ended(Exception):
    """Nothing more is going to happen to the folder."""


class Edits:
    """Stands for time: at each pause the next thing happens to the folder."""

    def __init__(self, *acts: tuple[float, Act]) -> None:
        self._acts = list(acts)
        self.waited: list[float] = []

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        if not self._acts:
            raise Ended
        if self._acts[0][0] == seconds:
            self._acts.pop(0)[1]()


def look(folder: Path, edits: Edits) -> Iterator[Round]:
    found = rounds(lambda: stamp_of(folder), lambda: lint_workspace(folder), edits.pause)
    while True:
        try:
            yield next(found)
        except Ended:
            return


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_workspace(tmp_path)


def change(file: Path, old: str, new: str) -> Act:
    return lambda: file.write_text(file.read_text().replace(old, new))


def nothing() -> None:
    """Nothing happens meanwhile."""


def test_the_first_round_tells_everything(folder: Path) -> None:
    (first,) = look(folder, Edits())
    assert first.came == lint_workspace(folder).findings
    assert first.went == ()


def test_only_what_came_and_what_went_is_told(folder: Path) -> None:
    system = next((folder / "systems").glob("*.yaml"))
    wrong = change(system, "in_scope: true", "in_scope: true\nowned: by-nobody")
    right = change(system, "\nowned: by-nobody", "")
    edits = Edits(
        (EVERY_SECONDS, wrong),
        (SETTLED_SECONDS, nothing),
        (EVERY_SECONDS, right),
        (SETTLED_SECONDS, nothing),
    )
    _, came, went = look(folder, edits)
    assert ["owned" in finding.message for finding in came.came] == [True]
    assert came.linted.bundle is None
    assert went.came == ()
    assert went.went == came.came
    assert next(lines_of(came)).startswith("+ safety  systems/")
    assert next(lines_of(went)).startswith("- safety  systems/")


def test_a_line_that_is_put_in_above_moves_findings_and_brings_none(folder: Path) -> None:
    soa = folder / "soa.yaml"
    edits = Edits(
        (EVERY_SECONDS, lambda: soa.write_text("# a word on this\n\n" + soa.read_text())),
        (SETTLED_SECONDS, nothing),
    )
    first, second = look(folder, edits)
    assert any(finding.file == "soa.yaml" for finding in first.came)
    assert (second.came, second.went) == ((), ())


def test_a_file_half_written_and_one_replaced_are_waited_for(folder: Path) -> None:
    aims = folder / "aims.yaml"
    whole = aims.read_text()

    def replaced() -> None:
        (folder / ".aims.yaml.new").write_text(whole + "# said\n")
        (folder / ".aims.yaml.new").replace(aims)

    edits = Edits(
        (EVERY_SECONDS, lambda: aims.write_text(whole[: len(whole) // 2] + "\n- [")),
        (SETTLED_SECONDS, aims.unlink),
        (SETTLED_SECONDS, replaced),
        (SETTLED_SECONDS, nothing),
    )
    _, second = look(folder, edits)
    assert (second.came, second.went) == ((), ())
    assert second.linted.bundle is not None


def test_a_file_that_stays_broken_and_one_that_is_gone_are_told(folder: Path) -> None:
    aims = folder / "aims.yaml"
    whole = aims.read_text()
    edits = Edits(
        (EVERY_SECONDS, lambda: aims.write_text("- [")),
        (SETTLED_SECONDS, nothing),
        (EVERY_SECONDS, aims.unlink),
        (SETTLED_SECONDS, nothing),
        (EVERY_SECONDS, lambda: aims.write_text(whole)),
        (SETTLED_SECONDS, nothing),
    )
    first, broken, gone, again = look(folder, edits)
    for found in (broken, gone):
        assert found.linted.bundle is None
        assert [finding.severity for finding in found.came] == ["unreadable"]
    assert (again.came, again.went) == ((), gone.came)
    assert round_json(again)["plan"] == round_json(first)["plan"]


def test_a_gap_that_only_a_plan_shows_does_not_go_while_there_is_none(folder: Path) -> None:
    """What the plan shows to be stale stays told: nobody has looked again."""
    begun = begin(folder / "begun", "coding", Own("A", "a.example/desk"), date(2026, 11, 23), ["x"])
    risk = next(file for file in begun.files if file.name == "nobody-can-tell.yaml")
    whole = risk.read_text()
    edits = Edits(
        (EVERY_SECONDS, risk.unlink),
        (SETTLED_SECONDS, nothing),
        (EVERY_SECONDS, lambda: risk.write_text(whole)),
        (SETTLED_SECONDS, nothing),
    )
    first, gone, again = look(folder / "begun", edits)
    assert gone.linted.bundle is None
    assert gone.went == ()
    assert {finding.severity for finding in again.went} == {"safety", "management"}
    assert again.came == ()
    assert again.linted.findings == first.linted.findings


def test_what_lies_beside_is_not_looked_at(folder: Path) -> None:
    before = stamp_of(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("x")
    (folder / ".aims.yaml.swp").write_text("x")
    assert stamp_of(folder) == before


def test_it_is_ended_by_an_interrupt_with_0(folder: Path) -> None:
    command = [sys.executable, "-m", "watchkeeper", "plan", "lint", str(folder)]
    with subprocess.Popen([*command, "--watch", "--json"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert first["holds"] is True
        (folder / "budgets.yaml").write_text("budgets: none\n")
        second = json.loads(process.stdout.readline())
        assert [finding["file"] for finding in second["came"]] == ["budgets.yaml"]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
