"""Somebody at the home's disk makes a decision's payload say that all was well, or says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import pay
from tests.worlds.tampered import TRUTH, TamperedBank
from watchkeeper import wiring
from watchkeeper.check.replay import ReplayAnswer, replay_all
from watchkeeper.verify import verify_log

SAID = {"counting": {"impact": ["date"]}}


def _well(facts: dict[str, Any]) -> None:
    facts["aims"] = {"counting": {"impacT": ["date"]}}


def _left_out(facts: dict[str, Any]) -> None:
    facts["aimz"] = facts.pop("aims")


@pytest.mark.parametrize("how", [_well, _left_out])
def test_the_replay_differs_and_the_verifier_names_it(tmp_path: Path, how: Any) -> None:
    bank = TamperedBank(tmp_path / "home", assessed_plan())
    pass_the_day(bank)
    ref, _ = bank.waiting(pay(100))

    def change(body: Mapping[str, Any]) -> None:
        assert body["facts"]["aims"] == SAID
        how(body["facts"])

    bank.change(ref, change)
    found = verify_log(bank.path, workers=1).findings
    said = [(one.step, one.message) for one in found]
    assert (TRUTH, "the payload's state of the management system is not the recorded one") in said
    again = list(replay_all(wiring.read_entries(bank.path), wiring.replayer(bank.path)))
    assert [one.answer for one in again] == [ReplayAnswer.DIFFERENT]
