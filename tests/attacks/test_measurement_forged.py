"""Change a measurement that was kept: its values, the log that it is of, or which it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from tests.worlds import measured as m
from tests.worlds.aims import ManagedWorkspace
from tests.worlds.bank import bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.cli import check
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.plan.bundle import Limits
from watchkeeper.records.plan.management.objectives import Counted

AIMS = (
    m.objective(systems=("desk",)),
    m.count(Counted.UNKNOWN, id="no-loose-end", at_most="99"),
)


def _home(folder: Path, late: int) -> DiskBank:
    plan = replace(bank_bundle(), objectives=AIMS, limits=Limits(pending_per_agent=100))
    bank = DiskBank(folder, plan)
    for number in range(6):
        asked = escalated(bank.ask(pay(300 + number, note=f"n{number}")))
        assert asked.ticket is not None
        asked.ticket.wait(10)
        bank.clock.advance(31 * 60 if number < late else 60)
        bank.approve(asked.handle, "ben")
    bank.clock.advance(60)
    bank.log.close()
    return bank


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(check.app, ["objectives", *(str(one) for one in arguments)])
    return done.exit_code, done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, another one, and a workspace in which the first was measured."""
    folder = tmp_path_factory.mktemp("measured")
    bank = _home(folder / "home", 1)
    _home(folder / "other", 0)
    ManagedWorkspace().remove("measurement").write(folder / "aims")
    at = str(bank.clock.wall())
    code, out = _run(folder / "home", "--write", folder / "aims", "--by", "ben", "--at", at)
    assert (code, "wrote" in out) == (
        1,
        True,
    )  # one of six was late: missed, and written all the same
    return folder


def _kept(place: Path) -> Path:
    (found,) = (place / "aims/measurements").glob("*.yaml")
    return found


@pytest.fixture
def forged(place: Path, tmp_path: Path) -> Callable[..., Path]:
    def forge(change: Callable[[dict[str, Any]], None]) -> Path:
        value = YAML(typ="safe").load(_kept(place).read_text())
        change(value)
        file = tmp_path / "forged.yaml"
        file.write_text(json.dumps(value))
        return file

    return forge


def test_what_was_written_holds_and_lints(place: Path) -> None:
    file = _kept(place)
    assert _run(place / "home", "--again", file)[0] == 0
    value = YAML(typ="safe").load(file.read_text())
    assert {row["origin"] for row in value["rows"]} == {"captured"}
    assert value["rows"][0]["value"] == "0.833333"
    findings = lint_workspace(place / "aims").findings
    assert not [one for one in findings if file.name in one.file and one.severity != "gap"]


def test_it_is_never_written_over(place: Path, tmp_path: Path) -> None:
    ManagedWorkspace().remove("measurement").write(tmp_path / "aims")
    day = _kept(place).stem
    for _ in range(2):
        _run(place / "home", "--write", tmp_path / "aims", "--at", f"{day}T23:00:00Z")
    names = sorted(file.name for file in (tmp_path / "aims/measurements").iterdir())
    assert names == [f"{day}-2.yaml", f"{day}.yaml"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("value", "0.99", "value"), ("of", 600, "of"), ("met", True, "met")],
)
def test_a_value_that_was_changed(
    place: Path, forged: Callable[..., Path], key: str, value: Any, said: str
) -> None:
    file = forged(lambda found: found["rows"][0].update({key: value}))
    code, out = _run(place / "home", "--again", file)
    assert (code, f"in-time: {said} is said to be {value}" in out) == (1, True)


def test_of_another_log(place: Path, forged: Callable[..., Path]) -> None:
    code, out = _run(place / "other", "--again", _kept(place))
    assert (code, "root" in out or "has no" in out) == (1, True)
    file = forged(lambda found: found["checkpoint"].update(root="A" * 43 + "="))
    code, out = _run(place / "home", "--again", file)
    assert (code, "the log's root over" in out) == (1, True)


@pytest.mark.parametrize("size", [0, 3, 10**6])
def test_of_fewer_records_or_of_more(place: Path, forged: Callable[..., Path], size: int) -> None:
    file = forged(lambda found: found["checkpoint"].update(size=size))
    assert _run(place / "home", "--again", file)[0] == 1


def test_what_is_missed_is_left_out(place: Path, forged: Callable[..., Path]) -> None:
    file = forged(lambda found: found["rows"].pop(0))
    code, out = _run(place / "home", "--again", file)
    assert (code, "the plan aims at it, and it is left out" in out) == (1, True)


def test_without_a_checkpoint_nothing_captured_holds(
    place: Path, forged: Callable[..., Path]
) -> None:
    file = forged(lambda found: found.pop("checkpoint"))
    assert _run(place / "home", "--again", file)[0] == 1


def test_measured_on_a_better_day_than_it_says(place: Path, forged: Callable[..., Path]) -> None:
    file = forged(lambda found: found.update(on="2031-01-01"))
    assert _run(place / "home", "--again", file)[0] == 1


@pytest.mark.parametrize("text", ["[]", "id: x", "a: [", ""])
def test_what_is_no_measurement_can_not_be_held(place: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    assert _run(place / "home", "--again", tmp_path / "bad.yaml")[0] == 2
    assert _run(place / "home", "--write", tmp_path)[0] == 2
