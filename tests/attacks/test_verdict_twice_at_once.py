"""Two reviewers at once, a double click, a reviewer whose role is gone: one release at most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.bank import Bank, allowed, bank_bundle, escalated, pay, reason_of
from watchkeeper.errors import CommandInvalid, NotAuthorised, WatchkeeperError
from watchkeeper.loop.steps import Refused


def test_two_who_approve_at_once_release_once() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    body = bank.verdict_body(handle)
    both = [bank.sign(name, "approve", body) for name in ("ben", "cyd")]
    bank.commands.run(both[0], {})
    with pytest.raises(CommandInvalid, match="not waiting any more: it is approved"):
        bank.commands.run(both[1], {})
    allowed(bank.come_back(handle))
    assert isinstance(bank.come_back(handle), Refused)


def test_who_refuses_first_is_not_overruled_by_who_approves_at_the_same_moment() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(20, why="broken"))).handle
    approving = bank.sign("ben", "approve", bank.verdict_body(handle))
    bank.refuse(handle, "cyd")
    with pytest.raises(CommandInvalid, match="it is refused"):
        bank.commands.run(approving, {})


def test_a_double_click_is_one_verdict() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(20, why="broken"))).handle
    once = bank.sign("ben", "approve", bank.verdict_body(handle))
    again = bank.sign("ben", "approve", bank.verdict_body(handle))
    bank.commands.run(once, {})
    for signature in (once, again):
        with pytest.raises(WatchkeeperError):
            bank.commands.run(signature, {})
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    assert len(pending.verdicts) == 1


def test_a_reviewer_whose_role_a_newer_release_took_can_not_decide() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    approving = bank.sign("ben", "approve", bank.verdict_body(handle))
    roles = {**bank_bundle().roles, "lead": ("ana", "cyd")}
    bank.release(replace(bank_bundle(), roles=roles))
    with pytest.raises(CommandInvalid, match="it is voided"):
        bank.commands.run(approving, {})
    later = escalated(bank.ask(pay(300, note="later"))).handle
    with pytest.raises(NotAuthorised, match="does not hold the role"):
        bank.approve(later, "ben")
    reason, beside = reason_of("no")
    with pytest.raises(NotAuthorised, match="does not hold the role"):
        bank.tell("ben", "refuse", beside, **{**bank.verdict_body(later), "reason": reason})


def test_what_he_approved_before_is_not_released_after() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(300))).handle
    bank.approve(handle)
    roles = {**bank_bundle().roles, "lead": ("ana", "cyd")}
    bank.release(replace(bank_bundle(), roles=roles))
    assert isinstance(bank.come_back(handle), Refused)
