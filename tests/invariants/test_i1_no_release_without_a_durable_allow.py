"""I1: no action is released without a durable, signed `allow` for exactly these arguments."""

from __future__ import annotations

import asyncio

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from watchkeeper.do.decision.request import make_request
from watchkeeper.enforcement.release import settled
from watchkeeper.errors import LogUnavailable
from watchkeeper.loop.standing import request_from
from watchkeeper.loop.steps import Admitted, Allowed, Refused, Stored
from watchkeeper.records.action import DecisionRecord, Outcome, Reason


async def test_the_door_waits_for_the_disk() -> None:
    bank = Bank()
    bank.log.holding = True
    answer = allowed(bank.ask(pay()))
    waiting = asyncio.ensure_future(settled(bank.kernel, answer))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    bank.log.write()
    assert await waiting is answer


async def test_what_was_not_written_is_not_released() -> None:
    bank = Bank()
    bank.log.holding = True
    answer = allowed(bank.ask(pay()))
    waiting = asyncio.ensure_future(settled(bank.kernel, answer))
    await asyncio.sleep(0)
    bank.log.broken = True
    bank.log.write()
    refused = await waiting
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.LOG_UNAVAILABLE
    assert bank.kernel.may_release(answer) is Reason.LOG_UNAVAILABLE


async def test_a_stop_between_the_decision_and_the_release_holds_it_back() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    bank.stop("agent", "payer")
    refused = await settled(bank.kernel, answer)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.STOPPED
    assert not bank.home.state.open, "it had no effect, and that is recorded"


def test_the_record_is_of_exactly_the_bytes_that_are_sent() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay(12.5, note="a\u00e9\U0001f600")))
    entry = bank.log.entry(answer.ticket.ref)
    record: DecisionRecord = entry.record.predicate
    assert record.decision.outcome is Outcome.ALLOW
    assert entry.payload is not None
    again = request_from(entry.payload.body["request"])
    assert again.sent == answer.sent
    assert again.digest == answer.request.digest == entry.record.digest


@pytest.mark.parametrize("change", [{"note": "b"}, {"to": "shoq"}, {"amount": 100.01}])
def test_one_byte_more_or_less_is_another_action(change: dict[str, object]) -> None:
    bank = Bank()
    calls = (pay(100, note="a"), pay(**{"amount": 100, "note": "a", **change}))  # type: ignore[arg-type]
    one, other = (make_request(call, action_id="same", nonce="same") for call in calls)
    assert one.digest != other.digest
    assert one.sent != other.sent
    first = allowed(bank.ask(calls[0]))
    again = bank.ask(calls[1])
    assert not isinstance(again, Stored)
    assert not isinstance(again, Allowed) or again.request.action_id != first.request.action_id


def test_what_was_changed_after_it_was_canonicalised_is_not_what_is_sent() -> None:
    bank = Bank()
    call = pay(100)
    admitted = bank.kernel.admit(call)
    assert isinstance(admitted, Admitted)
    call.arguments["amount"] = 900
    answer = allowed(bank.decide(admitted))
    assert b'"amount":100,' in answer.sent
    assert answer.decided.grants[0].amount == "100.0"


def test_an_approval_that_was_lost_with_its_batch_is_not_believed() -> None:
    """Admitted on an approval that was only in memory; then the disk failed, and healed."""
    bank = Bank()
    handle = escalated(bank.ask(pay(400))).handle
    bank.log.holding = True
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    bank.log.broken = True
    with pytest.raises(LogUnavailable):
        bank.approve(handle)
    admitted = bank.kernel.come_back("payer", handle)
    bank.log.broken = bank.log.holding = False
    bank.kernel.tick()
    assert isinstance(admitted, Refused), "nothing is admitted while the log is broken"
    assert bank.home.state.pending.by_handle(handle).state == "pending"  # type: ignore[union-attr]


def test_an_approval_is_looked_up_again_when_it_is_used() -> None:
    bank = Bank()
    handle = escalated(bank.ask(pay(400))).handle
    before = bank.log.durable
    bank.approve(handle)
    admitted = bank.kernel.come_back("payer", handle)
    assert isinstance(admitted, Admitted)
    reads = bank.reads(admitted)
    del bank.log.disk[before:]
    bank.home.heal()
    answer = bank.kernel.decide(admitted, reads)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOIDED


def test_every_decision_computed_on_a_lost_batch_is_undone() -> None:
    bank = Bank()
    bank.log.holding = True
    answers = [bank.ask(pay(90, to=f"t{n}")) for n in range(5)]
    assert all(isinstance(answer, Allowed) for answer in answers)
    assert isinstance(bank.ask(pay(90, to="t5")), Refused), "the budget is used up"
    bank.log.broken = True
    bank.log.write()
    bank.log.broken = bank.log.holding = False
    bank.kernel.tick()
    assert not bank.home.state.open
    assert [u.count for u in bank.home.state.budgets.used("pays", bank.home.now())] == [0]
    assert isinstance(bank.ask(pay(90, to="t5")), Allowed)


def test_while_the_records_are_not_read_back_nothing_is_decided() -> None:
    bank = Bank()
    bank.log.broken = True
    bank.ask(pay())
    bank.log.broken = False
    good = bank.log.entries

    def unreadable(start: int = 0) -> object:
        raise LogUnavailable("the disk can not be read")

    bank.log.entries = unreadable  # type: ignore[method-assign, assignment]
    with pytest.raises(LogUnavailable):
        bank.kernel.tick()
    answer = bank.ask(pay())
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.LOG_UNAVAILABLE
    with pytest.raises(LogUnavailable):
        bank.stop()
    bank.log.entries = good  # type: ignore[method-assign]
    bank.kernel.tick()
    assert isinstance(bank.ask(pay()), Allowed)
