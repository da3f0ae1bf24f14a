"""Attack: the register beside a released plan is changed on the disk, so that all may answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_verdict_of_lapsed_competence import RAN_OUT, competent_plan
from tests.worlds.bank import allowed
from tests.worlds.reviews import durable
from tests.worlds.tampered import TamperedBank
from watchkeeper.errors import NotAuthorised
from watchkeeper.loop.inbox import Inbox
from watchkeeper.records.reference import Ref


def _not_enforced(body: dict[str, Any]) -> None:
    body["register"]["files"]["competence"][""]["enforce"] = False
    body["register"]["aims"]["organisation"] = "E"


def _renewed(body: dict[str, Any]) -> None:
    for held in body["register"]["files"]["competence"][""]["held"]:
        held["person"], held["expires"] = "cyd", "2029-01-01"


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "not enforced": _not_enforced,
    "of somebody else": _renewed,
    "without competence": lambda body: body["register"]["files"].pop("competence"),
    "gone": lambda body: body.pop("register"),
    "empty": lambda body: body.update(register={}),
    "no object": lambda body: body.update(register=[]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_then_nobody_answers_until_the_plan_is_released_again(what: str, tmp_path: Path) -> None:
    bank = TamperedBank(tmp_path / "home", competent_plan())
    handle = durable(bank, amount=300)
    bank.change(Ref(0, 1), CHANGES[what])
    bank.restart()
    for person in ("cyd", "ben"):
        assert not Inbox(bank.home).items(person).items[0].mine.may
        with pytest.raises(NotAuthorised, match=RAN_OUT):
            bank.approve(handle, person)
    bank.release(competent_plan())
    again = durable(bank, amount=300)
    assert bank.approve(again, "ben")["state"] == "approved"
    allowed(bank.come_back(again)).ticket.wait(10)
    bank.close()
