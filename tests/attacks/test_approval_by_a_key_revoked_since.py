"""Ben's passkey is stolen and approves; he has it revoked before the agent comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import enrolled, revoked, told
from tests.worlds.people import Passholder
from tests.worlds.reviews import bundle_with, durable
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.pending import Waiting
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _stolen(bank: DiskBank) -> tuple[Passholder, str]:
    """The passkey, and what it approved."""
    ben, handle = enrolled(bank, Passholder("ben")), durable(bank)
    assert told(bank, ben, "approve", **bank.verdict_body(handle))["state"] == "approved"
    return ben, handle


def _waiting(bank: DiskBank, handle: str) -> Waiting:
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    return pending.state


def test_it_releases_nothing(bank: DiskBank) -> None:
    ben, handle = _stolen(bank)
    revoked(bank, "ana", ben)
    escalated(bank.come_back(handle))
    assert bank.approve(handle, "ben")["state"] == "approved"
    allowed(bank.come_back(handle)).ticket.wait(10)
    assert bank.verify().ok


@pytest.mark.parametrize("again", [DiskBank.restart, DiskBank.roll])
def test_nor_where_it_was_revoked_after_another_start(
    bank: DiskBank, again: Callable[[DiskBank], object]
) -> None:
    ben, handle = _stolen(bank)
    bank.home.keep(0)
    again(bank)
    assert _waiting(bank, handle) is Waiting.APPROVED
    revoked(bank, "ana", ben)
    assert _waiting(bank, handle) is Waiting.PENDING
    again(bank)
    escalated(bank.come_back(handle))


def test_the_approval_of_another_stays(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "two", bundle_with(approvals=2))
    ben, handle = enrolled(bank, Passholder("ben")), durable(bank)
    told(bank, ben, "approve", **bank.verdict_body(handle))
    assert bank.approve(handle, "ana")["state"] == "approved"
    revoked(bank, "ana", ben)
    assert _waiting(bank, handle) is Waiting.PENDING
    assert bank.approve(handle, "cyd")["state"] == "approved"
    allowed(bank.come_back(handle)).ticket.wait(10)
    assert bank.verify().ok
    bank.close()


def test_what_was_released_before_stays_so(bank: DiskBank) -> None:
    ben, handle = _stolen(bank)
    allowed(bank.come_back(handle)).ticket.wait(10)
    revoked(bank, "ana", ben)
    assert _waiting(bank, handle) is Waiting.RELEASED
    assert bank.verify().ok


def test_it_can_not_be_taken_back_any_more(bank: DiskBank) -> None:
    ben, handle = _stolen(bank)
    revoked(bank, "ana", ben)
    with pytest.raises(CommandInvalid, match="no such approval"):
        bank.withdraw(handle)


def test_a_state_that_was_kept_goes_on_the_same(bank: DiskBank) -> None:
    ben, _ = _stolen(bank)
    revoked(bank, "ana", ben)
    entries = bank.entries()
    rebuilt, before = State(), State()
    for entry in entries:
        rebuilt.apply(entry)
    for entry in entries[:-1]:
        before.apply(entry)
    restored = state_from_json(state_to_json(before))
    restored.apply(entries[-1])
    assert state_to_json(restored) == state_to_json(rebuilt)


def test_a_gateway_that_lets_it_through_is_found(bank: DiskBank) -> None:
    """The one that lies forgets the revocation while it decides."""
    ben, handle = _stolen(bank)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    stood = pending.verdicts
    revoked(bank, "ana", ben)
    pending.verdicts, pending.state = stood, Waiting.APPROVED
    allowed(bank.come_back(handle)).ticket.wait(10)
    found = [finding.message for finding in bank.verify().findings]
    assert any("of a revoked key" in message for message in found), found
