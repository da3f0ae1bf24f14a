"""Ana has a passkey of Ben's by her own word, and would have it bring in one that says nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import added, enrolled, signed, told
from tests.worlds.people import Passholder
from watchkeeper.errors import NotAuthorised
from watchkeeper.loop.codes import Voucher
from watchkeeper.loop.enrolment import enrol, record_of
from watchkeeper.records.instant import render_instant
from watchkeeper.records.people import PasskeyRecord

CODE = b"0123456789abcdef"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _body(bank: DiskBank, person: str) -> dict[str, str]:
    expires = render_instant(bank.clock.wall().plus(590))
    return {"person": person, "digest": hashlib.sha256(CODE).hexdigest(), "expires": expires}


@pytest.mark.parametrize("person", ["ben", "cyd"])
def test_it_signs_no_code(bank: DiskBank, person: str) -> None:
    """Neither for Ben himself, nor as Ben for somebody else."""
    bens = enrolled(bank, Passholder("ben"), by="ana")
    with pytest.raises(NotAuthorised, match=r"vouched for the passkey|role `release`"):
        told(bank, bens, "console-code", **_body(bank, person))
    assert bank.verify().ok


def test_a_code_that_it_signed_brings_nothing_in(bank: DiskBank) -> None:
    """It was offered before the home learned who vouched: it is looked up again when it is used."""
    bens = enrolled(bank, Passholder("ben"), by="ana")
    signature = signed(bank, bens, "console-code", **_body(bank, "ben"))
    with pytest.raises(NotAuthorised, match="vouched for the passkey that signed"):
        enrol(bank.home, Voucher("ben", signature, CODE.hex()), Passholder("ben", "2").passkey)


def test_one_that_it_adds_says_who_vouched(bank: DiskBank) -> None:
    bens, second = enrolled(bank, Passholder("ben"), by="ana"), Passholder("ben", seed="2")
    added(bank, bens, second)
    assert bank.home.state.authority.vouched_for(second.keyid) == "ana"
    assert bank.verify().ok


def test_a_passkey_of_ones_own_word_still_signs_codes(bank: DiskBank) -> None:
    bens, second = enrolled(bank, Passholder("ben")), Passholder("ben", seed="2")
    told(bank, bens, "console-code", **_body(bank, "ben"))
    signature = signed(bank, bens, "console-code", **_body(bank, "ben"))
    enrol(bank.home, Voucher("ben", signature, CODE.hex()), second.passkey).wait(10)
    assert bank.home.state.authority.vouched_for(second.keyid) is None
    assert bank.verify().ok


@pytest.mark.parametrize("vouched_by", [None, "ana"])
def test_a_gateway_that_lets_it_through_is_found(bank: DiskBank, vouched_by: str | None) -> None:
    bens, second = enrolled(bank, Passholder("ben"), by="ana"), Passholder("ben", seed="2")
    signature = signed(bank, bens, "console-code", **_body(bank, "ben"))
    passkey = replace(second.passkey, name="", vouched_by=vouched_by)
    said = PasskeyRecord(bank.home.now(), "ben", passkey, "ben", signature, CODE.hex())
    bank.home.append(record_of(said)).wait(10)
    found = [finding.message for finding in bank.verify().findings]
    assert any("for which somebody else vouched" in message for message in found), found
