"""The commands of `watchkeeper log` on a home that was rolled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.rolled import RolledBank, move_away, rolled
from watchkeeper.cli.app import app


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RolledBank]:
    bank = rolled(tmp_path / "home")
    yield bank
    bank.log.close()


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def lines(*words: object) -> list[Any]:
    return [json.loads(line) for line in run("log", "export", *words).splitlines()]


def test_a_bundle_of_each_shard(bank: RolledBank, tmp_path: Path) -> None:
    for shard in (0, 1):
        out = tmp_path / f"{shard}.wkb"
        run("log", "bundle", bank.path, "--out", out, "--shard", shard)
        found = json.loads(run("log", "verify", out, "--json"))
        assert found["origin"] == f"example.org/desk/{shard}"
    assert "of one shard" in run("log", "verify", out, "--shard", bank.path, code=2)
    words = ("log", "bundle", bank.path, "--out", tmp_path / "x.wkb", "--decision", "0/2")
    assert "another shard" in run(*words, code=2)
    run(*words, "--shard", 0)


def test_a_proof_and_a_checkpoint_of_each_shard(bank: RolledBank, tmp_path: Path) -> None:
    for shard in (0, 1):
        run("log", "proof", bank.path, 1, "--out", tmp_path / str(shard), "--shard", shard)
        proof = (tmp_path / str(shard) / "1.tlog-proof").read_text()
        checkpoint = run("log", "checkpoint", bank.path, "--shard", shard)
        assert checkpoint.startswith(f"example.org/desk/{shard}\n")
        assert checkpoint in proof
    assert run("log", "checkpoint", bank.path) == checkpoint


def test_a_value_of_an_older_shard(bank: RolledBank, tmp_path: Path) -> None:
    out = tmp_path / "to.json"
    run("log", "disclose", bank.path, 4, "arg.to", "--shard", 0, "--out", out)
    assert "hides exactly" in run("log", "check-disclosed", out, bank.path, "--shard", 0)
    assert run("log", "check-disclosed", out, bank.path / "log")
    # The record at that index of the newest shard is another one.
    run("log", "check-disclosed", out, bank.path, code=1)


def test_what_is_exported_names_its_own_shard(bank: RolledBank, tmp_path: Path) -> None:
    found = lines(bank.path)
    assert {line["origin"][-1] for line in found if line["shard"] == 0} == {"0"}
    assert {line["origin"][-1] for line in found if line["shard"] == 1} == {"1"}
    events = lines(bank.path, "--format", "ocsf")
    assert len({event["metadata"]["uid"] for event in events}) == len(events) == len(found)
    before = lines(bank.path, "--format", "otel")
    bank.roll()
    assert lines(bank.path, "--format", "otel") == before


def test_what_is_not_here_is_said(bank: RolledBank, tmp_path: Path) -> None:
    bank.log.close()
    cold = move_away(bank.path, tmp_path / "cold")
    for command in (("check", "gap"), ("check", "replay"), ("answer",)):
        assert "shard 0 of this log is not here" in run(*command, bank.path)
    said = run("log", "verify", bank.path)
    assert "shard 0 was not given" in said
    whole = run("log", "verify", bank.path, "--shard", cold)
    assert "goes on from" in whole


def test_the_plan_in_force_is_known_without_the_shard_that_released_it(
    bank: RolledBank, tmp_path: Path
) -> None:
    plan = bank.home.state.plan
    before = json.loads(run("check", "gap", bank.path, "--json").split("UNWITNESSED")[0])
    bank.log.close()
    move_away(bank.path, tmp_path / "cold")
    result = CliRunner().invoke(app, ["check", "gap", str(bank.path), "--json"])
    after = json.loads(result.stdout)
    assert before["plan"] == after["plan"] == plan
    assert after["releasedBy"] == "ana"
    assert [row["control"] for row in after["controls"]] == [
        row["control"] for row in before["controls"]
    ]
