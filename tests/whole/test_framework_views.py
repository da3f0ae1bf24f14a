"""A view's evidence leads into the log: to the newest record in which the control fired."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.bank import pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper import wiring
from watchkeeper.cli.plan import app
from watchkeeper.records.action import DecisionRecord


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bank = DiskBank(tmp_path_factory.mktemp("views") / "home")
    for amount in (20, 30, 5000):
        bank.ask(pay(amount))
    bank.log.close()
    return bank.path


def rows(tmp_path: Path, *more: object) -> list[dict[str, Any]]:
    aims = ManagedWorkspace().write(tmp_path)
    done = CliRunner().invoke(
        app, ["view", "nist-ai-rmf", str(aims), "--system", "desk", "--json", *map(str, more)]
    )
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["systems"][0]["rows"]
    return found


def test_evidence_at_run_time_is_a_place_in_the_log(tmp_path: Path, home: Path) -> None:
    found = [
        one
        for row in rows(tmp_path, "--home", home)
        for one in row["evidence"]
        if one["class"] == "runtime" and one["what"].startswith("limits ")
    ]
    assert found
    assert {one["origin"] for one in found} == {"captured"}
    (where,) = {one["where"] for one in found}
    entries = {str(entry.ref): entry.record.predicate for entry in wiring.read_entries(home)}
    record = entries[where.removeprefix("record ")]
    assert isinstance(record, DecisionRecord)
    assert "limits" in record.decision.controls


def test_without_a_log_nothing_is_seen_at_run_time(tmp_path: Path) -> None:
    classes = {one["class"] for row in rows(tmp_path) for one in row["evidence"]}
    assert "runtime" not in classes
