"""A model that nobody named is taken for the model's name, in lint and in the bill of materials."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from watchkeeper.plan.draft.starts.begin import STARTS, begin
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.said import said_by
from watchkeeper.plan.whole import lint_workspace

OWN = Own("An organisation", "an.example/desk")


@pytest.mark.parametrize("start", STARTS)
def test_lint_asks_for_it_and_nothing_exports_it(start: str, tmp_path: Path) -> None:
    begin(tmp_path, start, OWN, date(2026, 11, 23), ["true"])
    linted = lint_workspace(tmp_path)
    (found,) = [one for one in linted.findings if one.code == "left-as-template"]
    assert (found.file, "agents.0.model" in found.message) == (f"systems/{start}.yaml", True)
    assert linted.bundle is not None
    assert linted.register is not None
    assert [agent.model for agent in linted.bundle.agents] == [""]
    raw = bill_of_materials(said_by(linted.register, linted.bundle))
    assert b"machine-learning-model" not in raw
    assert b"which model" not in raw


def test_a_model_that_is_named_is_exported(tmp_path: Path) -> None:
    begin(tmp_path, "coding", OWN, date(2026, 11, 23), ["true"])
    system = tmp_path / "systems/coding.yaml"
    system.write_text(system.read_text().replace('"say: which model"', "vendor/model-1"))
    linted = lint_workspace(tmp_path)
    assert linted.bundle is not None
    assert linted.register is not None
    assert b'"vendor/model-1"' in bill_of_materials(said_by(linted.register, linted.bundle))
