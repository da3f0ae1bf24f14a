"""Ana vouches for a passkey of Ben's, keeps it for herself, and tries to approve as both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import enrolled, revoked, told
from tests.worlds.people import Passholder
from watchkeeper.errors import NotAuthorised
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.statement import Record


def _two_of_three() -> Bundle:
    """Above a limit two of Ana, Ben and Cyd have to approve."""
    bundle = bank_bundle()
    policies = tuple(
        replace(policy, approvals=2) if policy.escalate_to else policy for policy in bundle.policies
    )
    return replace(bundle, policies=policies)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", _two_of_three())
    yield bank
    bank.close()


def _asked(bank: DiskBank) -> str:
    asked = escalated(bank.ask(pay(300)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    return asked.handle


def test_as_ben_and_then_as_herself(bank: DiskBank) -> None:
    ben, handle = enrolled(bank, Passholder("ben"), by="ana"), _asked(bank)
    assert told(bank, ben, "approve", **bank.verdict_body(handle))["state"] == "pending"
    with pytest.raises(NotAuthorised, match="only one may approve"):
        bank.approve(handle, "ana")
    assert bank.approve(handle, "cyd")["state"] == "approved"
    assert bank.verify().ok


def test_as_herself_and_then_as_ben(bank: DiskBank) -> None:
    ben, handle = enrolled(bank, Passholder("ben"), by="ana"), _asked(bank)
    bank.approve(handle, "ana")
    with pytest.raises(NotAuthorised, match="only one may approve"):
        told(bank, ben, "approve", **bank.verdict_body(handle))


def test_as_ben_and_then_as_cyd_both_of_whom_she_vouched_for(bank: DiskBank) -> None:
    ben, cyd = (enrolled(bank, Passholder(name), by="ana") for name in ("ben", "cyd"))
    handle = _asked(bank)
    told(bank, ben, "approve", **bank.verdict_body(handle))
    with pytest.raises(NotAuthorised, match="only one may approve"):
        told(bank, cyd, "approve", **bank.verdict_body(handle))


def test_revoking_it_in_between_does_not_help(bank: DiskBank) -> None:
    """What it approved counts no more, and nothing stands beside her own approval."""
    ben, handle = enrolled(bank, Passholder("ben"), by="ana"), _asked(bank)
    told(bank, ben, "approve", **bank.verdict_body(handle))
    revoked(bank, "ana", ben)
    assert bank.approve(handle, "ana")["state"] == "pending"
    assert bank.approve(handle, "cyd")["state"] == "approved"
    assert bank.verify().ok


def test_a_gateway_that_lets_it_through_is_found(bank: DiskBank) -> None:
    ben, handle = enrolled(bank, Passholder("ben"), by="ana"), _asked(bank)
    told(bank, ben, "approve", **bank.verdict_body(handle))
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    verdict = VerdictRecord(
        at=bank.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        answer=Answer.APPROVE,
        reviewer="ana",
        role="lead",
        shown=pending.shown,
        millis_taken=0,
        signature=bank.sign("ana", "approve", bank.verdict_body(handle)),
    )
    bank.home.append(Record(Kind.VERDICT, "action", pending.digest, verdict)).wait(10)
    found = [finding.message for finding in bank.verify().findings]
    assert any("vouched for" in message for message in found), found
