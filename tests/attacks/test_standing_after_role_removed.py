"""A standing approval outlives what it rests on: the role, the holder, the review, the passkey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import enrolled, revoked, told
from tests.worlds.people import Passholder
from tests.worlds.standing import (
    after,
    approve_ahead,
    approved,
    forged_use,
    messages,
    more,
    paid,
    place_of,
    standing_body,
    standing_plan,
)
from watchkeeper.records.plan.bundle import Bundle


def _without_ben() -> Bundle:
    before = standing_plan()
    return replace(before, roles={**before.roles, "lead": ("ana", "cyd")})


@pytest.mark.parametrize(
    "plan", [_without_ben(), standing_plan(None), replace(standing_plan(), scope="Said otherwise.")]
)
def test_a_release_ends_it(plan: Bundle) -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank)
    bank.release(plan)
    escalated(bank.ask(more(300)))
    assert bank.tell("ben", "standings") == []


def test_the_plan_coming_back_does_not_bring_it_back() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank)
    bank.release(_without_ben())
    bank.release(standing_plan())
    escalated(bank.ask(more(300)))


def test_a_stop_ends_it_for_good() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank)
    bank.stop("tool", "bank/pay")
    bank.resume("tool", "bank/pay")
    escalated(bank.ask(more(300)))


def test_a_stop_elsewhere_does_not() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank)
    bank.stop("agent", "other")
    paid(bank)


def test_a_restart_and_the_next_shard_know_it() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank, count=3)
    paid(bank)
    bank.crash()
    paid(bank)
    bank.roll()
    bank.crash()
    paid(bank)
    escalated(bank.ask(more(300)))


def test_one_that_was_waiting_for_its_effect_is_given_back_after_a_restart() -> None:
    bank = Bank(standing_plan())
    approve_ahead(bank, count=1)
    done = allowed(bank.ask(more(300)))
    done.ticket.wait(10)
    bank.crash()
    escalated(bank.ask(more(300)))


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_a_passkey_that_is_revoked_takes_its_standing_approvals_along(bank: DiskBank) -> None:
    holder = enrolled(bank, Passholder("ben"))
    given = approved(bank, "ben")
    told(bank, holder, "standing", **standing_body(bank, given))
    paid(bank)
    revoked(bank, "ana", holder)
    escalated(bank.ask(more(300)))
    assert messages(bank) == set()
    forged_use(bank, place_of(bank, f"std_{given.shard}_{given.index}"))
    assert messages(bank) == {"24 by a standing approval of `ben` that is over"}


def test_a_use_after_a_release_a_stop_or_its_time_is_found(bank: DiskBank) -> None:
    standing = place_of(bank, approve_ahead(bank, until=after(bank, 100), count=1))
    paid(bank)
    bank.clock.advance(101)
    forged_use(bank, standing)
    assert "24 by a standing approval of `ben` that is over" in messages(bank)


def test_a_use_after_a_stop_is_found(bank: DiskBank) -> None:
    standing = place_of(bank, approve_ahead(bank))
    paid(bank)
    bank.stop("system", "desk")
    bank.resume("system", "desk")
    forged_use(bank, standing)
    assert messages(bank) == {"24 by a standing approval of `ben` that is over"}


def test_a_use_after_a_release_is_found(bank: DiskBank) -> None:
    standing = place_of(bank, approve_ahead(bank))
    paid(bank)
    digest = bank.release(replace(standing_plan(), scope="Said otherwise."))
    forged_use(bank, standing, plan=digest)
    assert {m for m in messages(bank) if m.startswith("24")} == {
        "24 by a standing approval of `ben` that is over",
        "24 by a standing approval for another agent, tool or plan",
    }


def test_it_goes_on_over_shards_and_a_use_too_many_is_found_there(bank: DiskBank) -> None:
    standing = place_of(bank, approve_ahead(bank, count=2))
    paid(bank)
    bank.roll()
    paid(bank)
    assert messages(bank) == set()
    escalated(bank.ask(more(300)))
    forged_use(bank, standing)
    assert messages(bank) == {"24 more than the 2 that `ben` approved ahead"}
