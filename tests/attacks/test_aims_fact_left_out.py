"""A home that lies records that the management system was well, something else, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import bank_bundle, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import messages
from watchkeeper.records.action import FactUsed, Hidden

_NOT_SO = "which is not so"


def _record_again(bank: DiskBank, *texts: str) -> None:
    """Have the home record its newest decision once more, with other words on the system."""
    last = bank.entries()[-1].record
    facts = tuple(fact for fact in last.predicate.facts if fact.value.name != "aims")
    at = last.predicate.at
    said = tuple(FactUsed(Hidden("aims", clear=text), "management", at) for text in texts)
    block = replace(last.predicate, facts=(*facts, *said), action_id=bank.ids.action_id())
    bank.log.append(replace(last, predicate=block), None).wait(10)


def _blocked(bank: DiskBank) -> None:
    ticket = bank.ask(pay(100000)).ticket
    assert ticket is not None
    ticket.wait(10)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["{}"], _NOT_SO),
        (['{"impact":["new-tool"]}'], _NOT_SO),
        (['{"impact":["date"],"risk":["date"]}'], _NOT_SO),
        (["sha256:" + "0" * 64], _NOT_SO),
        ([], "26 does not say what of the management system counted"),
        (['{"impact":["date"]}', "{}"], "4 signed, but no record: a decision that does not parse"),
    ],
)
def test_what_is_not_so_is_found(tmp_path: Path, texts: list[str], found: str) -> None:
    bank = DiskBank(tmp_path / "home", assessed_plan())
    pass_the_day(bank)
    _blocked(bank)
    _record_again(bank, *texts)
    said = messages(bank)
    bank.close()
    assert len(said) == 1
    assert found in said.pop()


def test_nor_may_it_be_said_under_a_plan_without_one(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", bank_bundle())
    _blocked(bank)
    _record_again(bank, "{}")
    found = messages(bank)
    bank.close()
    expected = "26 says what of the management system counts, where its plan has none"
    assert found == {expected}
