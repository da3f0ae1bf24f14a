"""One plan that two people release in an emergency, so that each looks at what is their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.approvals import (
    RULE,
    answer,
    changes_step,
    lied,
    on_disk,
    release,
    renamed,
)
from tests.worlds.assessed import assessed_plan
from tests.worlds.bank import escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.errors import NotAuthorised

_ROLES = {
    **assessed_plan().roles,
    "operate": ("ana", "ben"),
    "release": ("ana", "ben"),
    "lead": ("ana", "ben", "cyd"),
}
OLD = replace(assessed_plan(), releases=RULE, roles=_ROLES)
URGENT = replace(OLD, scope="Paying people, soon.")
BETWEEN = renamed(OLD)


def _twice(path: Path, between: bool = True) -> tuple[DiskBank, str | None, str | None]:
    """Have ana, and after an approved way back ben, release the plan; return what came before."""
    bank = on_disk(path, OLD)
    first = bank.home.state.plan
    release(bank, URGENT, why="the shop is down")
    back = BETWEEN if between else OLD
    answer(bank, "cyd", back)
    release(bank, back)
    second = bank.home.state.plan
    release(bank, URGENT, person="ben", why="the shop is down again")
    bank.clock.advance(3601)
    return bank, first, second


def _decided(bank: DiskBank) -> None:
    """Have a decision say what counts now, for `log verify` to hold against the records."""
    bank.clock.advance(1)
    ticket = escalated(bank.ask(pay(300, note=str(bank.home.now())))).ticket
    assert ticket is not None
    ticket.wait(10)


def _open(bank: DiskBank) -> list[str | None]:
    return [one.by for one in bank.home.state.part(PlanVerdicts).open]


@pytest.mark.parametrize("between", [True, False], ids=["after another", "after the same"])
def test_a_look_is_at_the_release_of_another_person_alone(between: bool, tmp_path: Path) -> None:
    bank, first, second = _twice(tmp_path, between)
    assert _open(bank) == ["ana", "ben"]
    _decided(bank)
    answer(bank, "ben", URGENT, previous=first)
    _decided(bank)
    assert _open(bank) == ["ben"]
    if between:
        with pytest.raises(NotAuthorised, match="does not look at it"):
            answer(bank, "ben", URGENT, previous=second)
    answer(bank, "ana", URGENT, previous=second)
    assert _open(bank) == []
    _decided(bank)
    assert bank.verify().findings == ()
    bank.close()


def test_an_honest_look_at_the_first_leaves_the_second_open(tmp_path: Path) -> None:
    bank, first, second = _twice(tmp_path)
    answer(bank, "cyd", URGENT, previous=first)
    assert _open(bank) == ["ben"]
    assert bank.verify().findings == ()
    answer(bank, "cyd", URGENT, previous=second)
    assert _open(bank) == []
    assert bank.verify().findings == ()
    bank.close()


def test_a_home_that_takes_their_own_look_is_found(tmp_path: Path) -> None:
    bank, _, second = _twice(tmp_path)
    lied(bank, "ben", URGENT, previous=second)
    assert _open(bank) == ["ana", "ben"]
    (found,) = changes_step(bank)
    assert "who released in an emergency looks at it" in found
    bank.close()
