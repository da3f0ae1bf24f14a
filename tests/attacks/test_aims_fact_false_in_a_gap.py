"""A decision with a false word on the management system is cut out of its log into a bundle."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import pay
from tests.worlds.bundles import write
from tests.worlds.disk_bank import DiskBank
from watchkeeper.ledger.aims import AIMS, MANAGEMENT
from watchkeeper.records.action import DecisionRecord, FactUsed, Hidden
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.management.following import MANAGEMENT as STEP
from watchkeeper.verify.report import Status

PLAN = "sha256:" + "1" * 64
TRUE = {"impact": ["date"]}


def _status(tmp_path: Path, text: str) -> Status:
    bank = DiskBank(tmp_path / "home", assessed_plan())
    pass_the_day(bank)
    bank.stop()
    bank.resume()
    bank.ask(pay(100_000)).ticket.wait(10)
    last = bank.entries()[-1].record
    said = last.predicate
    assert isinstance(said, DecisionRecord)
    told = FactUsed(Hidden(AIMS, clear=text), MANAGEMENT, said.at)
    facts = (*(one for one in said.facts if one.value.name != AIMS), told)
    again = replace(said, facts=facts, action_id=bank.ids.action_id())
    bank.log.append(replace(last, predicate=again), None).wait(10)
    at = len(bank.entries()) - 1
    bank.log.publish_now()
    bundle = write(bank.path, tmp_path / "part.bundle", index=(at, at + 1))
    bank.close()
    steps = verify_bundle(bundle, workers=1).steps
    return next(step.status for step in steps if step.number == STEP)


def _json(said: object) -> str:
    return json.dumps(said, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize(
    "text",
    [
        "all is well",
        "sha256:none",
        "[]",
        "5",
        "{}",
        _json({"release-review": [PLAN]}),
        _json({**TRUE, "release-review": 5}),
        _json({**TRUE, "release-review": []}),
        json.dumps({**TRUE, "release-review": [PLAN]}),
    ],
)
def test_what_no_gap_could_make_true_fails(tmp_path: Path, text: str) -> None:
    assert _status(tmp_path, text) is Status.FAILED


def test_an_emergency_that_may_stand_in_the_gap_passes(tmp_path: Path) -> None:
    assert _status(tmp_path, _json({**TRUE, "release-review": [PLAN]})) is Status.CHECKED


def test_a_hash_that_can_not_be_told_is_not_called_checked(tmp_path: Path) -> None:
    assert _status(tmp_path, "sha256:" + "0" * 64) is Status.NOT_CHECKED
