"""Passkeys that records name: by a code, by another passkey; and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import added, code_for, enrolled, given, revoked, signed, told
from tests.worlds.people import Passholder
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.enrolment import MOST_PASSKEYS, enrol
from watchkeeper.records.plan.bundle import Bundle

STOP = {"scopeKind": "all", "scopeName": "", "reason": None}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _without(person: str) -> Bundle:
    bundle = bank_bundle()
    people = tuple(one for one in bundle.people if one.id != person)
    roles = {role: tuple(p for p in held if p != person) for role, held in bundle.roles.items()}
    return replace(bundle, people=people, roles=roles)


def test_one_registered_by_a_code_signs_and_verifies(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    told(bank, ben, "stop", **STOP)
    bank.restart()
    assert ben.keyid in bank.home.state.authority.verification_keys("ben")
    found = bank.verify()
    assert found.findings == ()
    assert found.counts["passkey"] == 1


def test_one_that_somebody_else_vouched_for_says_so(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"), by="ana")
    assert bank.home.state.authority.vouched_for(ben.keyid) == "ana"
    assert bank.verify().ok


def test_a_second_one_by_the_first_and_who_vouched_is_not_washed_off(bank: DiskBank) -> None:
    first = enrolled(bank, Passholder("ben"), by="ana")
    second = Passholder("ben", algorithm=-8)
    assert added(bank, first, second)["keyid"] == second.keyid
    assert bank.home.state.authority.vouched_for(second.keyid) == "ana"
    told(bank, second, "stop", **STOP)
    assert bank.verify().ok


def test_one_that_is_revoked_counts_no_more_and_never_again(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    before = signed(bank, ben, "stop", **STOP)
    revoked(bank, "ben", ben)
    with pytest.raises(CommandInvalid, match="not known"):
        bank.commands.run(before, {})
    voucher = given(bank, code_for(bank, "ben"))
    with pytest.raises(CommandInvalid, match="revoked"):
        enrol(bank.home, voucher, ben.passkey)
    bank.restart()
    assert bank.home.state.authority.revoked == {ben.keyid}
    assert bank.verify().ok


def test_only_its_person_and_operate_revoke_one(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    with pytest.raises(NotAuthorised):
        revoked(bank, "cyd", ben)
    assert revoked(bank, "ana", ben)["revoked"] == ben.keyid


def test_who_leaves_the_plan_loses_it_for_good(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    bank.release(_without("ben"))
    assert bank.home.state.authority.passkeys_of("ben") == ()
    bank.release(bank_bundle())
    assert bank.home.state.authority.passkeys_of("ben") == ()
    with pytest.raises(CommandInvalid):
        told(bank, ben, "stop", **STOP)
    assert bank.verify().ok


def test_the_next_shard_takes_them_over(bank: DiskBank) -> None:
    ben, lost = enrolled(bank, Passholder("ben")), enrolled(bank, Passholder("cyd"), by="ana")
    revoked(bank, "ana", lost)
    bank.roll()
    told(bank, ben, "stop", **STOP)
    bank.restart()
    authority = bank.home.state.authority
    assert ben.keyid in authority.verification_keys("ben")
    assert authority.revoked == {lost.keyid}
    assert authority.vouched_for(lost.keyid) == "ana"
    assert bank.verify().ok


def test_an_approval_by_one(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    asked = escalated(bank.ask(pay(300)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    handle = asked.handle
    assert told(bank, ben, "approve", **bank.verdict_body(handle))["state"] == "approved"
    allowed(bank.come_back(handle))
    assert bank.verify().ok


def test_nobody_has_any_number(bank: DiskBank) -> None:
    made = [Passholder("ben", seed=str(number)) for number in range(MOST_PASSKEYS + 1)]
    for one in made[:-1]:
        enrolled(bank, one)
    with pytest.raises(CommandInvalid, match="passkeys already"):
        enrolled(bank, made[-1])
