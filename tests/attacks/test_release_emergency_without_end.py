"""One emergency after another, looked at by nobody, or where nobody could know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.approvals import (
    answer,
    changes_step,
    forged,
    managed,
    on_disk,
    release,
    renamed,
    ruled,
    wider,
)
from tests.worlds.rolled import RolledBank
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.verify import verify_log

DOWN = "the shop is down"


def test_there_is_none_while_one_is_overdue(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    before = bank.home.state.plan
    release(bank, wider(), why=DOWN)
    again = renamed(wider(), "again")
    release(bank, again, why="it is not due yet")
    bank.clock.advance(3600)
    with pytest.raises(NotAuthorised, match="nobody has looked at an emergency"):
        release(bank, renamed(wider(), "third"), why=DOWN)
    answer(bank, "ben", wider(), previous=before)
    with pytest.raises(NotAuthorised, match="nobody has looked at an emergency"):
        release(bank, renamed(wider(), "third"), why=DOWN)
    (due,) = bank.tell("ana", "plan-approvals")["emergencies"]
    answer(bank, "ben", again, previous=due["previous"])
    release(bank, renamed(wider(), "third"), why=DOWN)
    assert changes_step(bank) == []
    bank.close()


def test_what_is_approved_goes_on(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    release(bank, wider(), why=DOWN)
    bank.clock.advance(3601)
    answer(bank, "ben", ruled())
    release(bank, ruled())
    assert changes_step(bank) == []
    bank.close()


def test_one_that_is_recorded_all_the_same_is_found(tmp_path: Path) -> None:
    bank = on_disk(tmp_path)
    release(bank, wider(), why=DOWN)
    bank.clock.advance(3601)
    forged(bank, renamed(wider()), urgent=DOWN)
    (found,) = changes_step(bank)
    assert found == "an emergency while nobody looked at one before in time"
    bank.close()


def test_a_new_shard_does_not_forget_it(tmp_path: Path) -> None:
    bank = RolledBank(tmp_path / "home", ruled())
    release(bank, wider(), why=DOWN)
    bank.roll()
    bank.clock.advance(3601)
    forged(bank, renamed(wider()), urgent=DOWN)
    for place in (bank.published(), bank.path):
        (found,) = (one.message for one in verify_log(place, workers=1).findings if one.step == 27)
        assert found.endswith("an emergency while nobody looked at one before in time")
    bank.close()


def test_it_does_not_drop_what_says_that_it_is_overdue(tmp_path: Path) -> None:
    bank = on_disk(tmp_path, ruled(management=managed()))
    with pytest.raises(CommandInvalid, match="can not drop the management system"):
        release(bank, wider(), why=DOWN)
    forged(bank, wider(), urgent=DOWN)
    (found,) = changes_step(bank)
    assert found == "an emergency that drops the management system"
    bank.close()
