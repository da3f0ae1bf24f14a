"""I5: no error, timeout, missing fact, unknown name, bad input or full disk ends in allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cedarpy
import pytest

from tests.worlds.bank import Bank, allowed, pay
from watchkeeper.do.decision import engine
from watchkeeper.do.decision.engine import Policies
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import LogUnavailable
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.loop.steps import Admitted, Refused
from watchkeeper.records.action import Outcome, Reason
from watchkeeper.records.kinds import Kind

Change = Callable[[Bank], None]


def _refused(bank: Bank, call: Call, recorded: bool = True, **facts: Any) -> Reason:
    before = bank.log.durable
    answer = bank.ask(call, **facts)
    assert isinstance(answer, Refused), answer
    assert (answer.ticket is not None) == recorded
    assert bank.log.durable == before + recorded
    if recorded:
        said = bank.entries()[-1].record.predicate
        assert said.decision.outcome is Outcome.BLOCK
        assert said.decision.reasons == (answer.reason,)
    return answer.reason


_DEEP: dict[str, Any] = {"to": "x"}
for _ in range(40):
    _DEEP = {"to": _DEEP}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"agent": "nobody"}, Reason.UNKNOWN_AGENT),
        ({"tool": "Pay"}, Reason.UNKNOWN_TOOL),
        ({"tool": "burn"}, Reason.UNKNOWN_TOOL),
        ({"server": "other"}, Reason.UNKNOWN_TOOL),
        ({"method": "resources/read", "tool": ""}, Reason.UNKNOWN_METHOD),
        ({"method": "tools/call2"}, Reason.UNKNOWN_METHOD),
        ({"method": ""}, Reason.UNKNOWN_METHOD),
        ({"arguments": None}, Reason.INVALID_REQUEST),
        ({"arguments": []}, Reason.INVALID_REQUEST),
        ({"arguments": {}}, Reason.INVALID_REQUEST),
        ({"arguments": _DEEP}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "amount": float("inf")}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "amount": "100"}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "cents": 2**53}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "cents": True}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "more": 1}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "to": "\ud800"}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "to": "x" * 70_000}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "to": {"__entity": {}}}}, Reason.INVALID_REQUEST),
        ({"arguments": {**pay().arguments, "amount": 100.00001}}, Reason.INVALID_REQUEST),
        ({"claimed": {"modell\u00e4": "x"}}, Reason.INVALID_REQUEST),
        ({"trace": {f"t{n}": "x" for n in range(500)}}, Reason.INVALID_REQUEST),
        ({"key": "k" * 300}, Reason.INVALID_REQUEST),
        ({"problem": "it can not be read", "raw": b"{"}, Reason.INVALID_REQUEST),
    ],
    ids=str,
)
def test_a_bad_or_unknown_request_is_refused_and_recorded(
    change: dict[str, Any], reason: Reason
) -> None:
    assert _refused(Bank(), replace(pay(), **change)) is reason


@pytest.mark.parametrize(
    "fact",
    [
        {"failed": "it did not answer in time", "values": {}},
        {"values": {}},
        {"values": {"limit": None}},
        {"values": {"limit": "much"}},
        {"values": {"limit": ["5000.00"]}},
        {"values": {"limit": {"__extn": {"fn": "decimal", "arg": "5000.0"}}}},
        {"values": {"limit": 5000.00001}},
        {"values": {"limit": True}},
        {"values": {"limit": 10**30}},
    ],
    ids=str,
)
def test_a_fact_that_can_not_be_had_blocks(fact: dict[str, Any]) -> None:
    assert _refused(Bank(), pay(), **fact) is Reason.COULD_NOT_EVALUATE


def test_facts_that_nobody_read_block() -> None:
    bank = Bank()
    admitted = bank.kernel.admit(pay())
    assert isinstance(admitted, Admitted)
    answer = bank.kernel.decide(admitted)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.COULD_NOT_EVALUATE


def _no_pin(bank: Bank) -> None:
    del bank.home.pins["bank", "pay"]


def _other_pin(bank: Bank) -> None:
    bank.home.pins["bank", "pay"] = tool_pin({"name": "pay", "description": "other"})


def _stopped(bank: Bank) -> None:
    bank.stop("system", "desk")


def _leapt(bank: Bank) -> None:
    bank.clock.leap(3600)


def _behind(bank: Bank) -> None:
    bank.clock.leap(-10)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_no_pin, Reason.COULD_NOT_EVALUATE),
        (_other_pin, Reason.PIN_MISMATCH),
        (_stopped, Reason.STOPPED),
        (_leapt, Reason.CLOCK_UNSURE),
        (_behind, Reason.CLOCK_UNSURE),
    ],
)
def test_what_the_home_is_not_sure_of_blocks(change: Change, reason: Reason) -> None:
    bank = Bank()
    change(bank)
    assert _refused(bank, pay()) is reason


def test_a_clock_that_leapt_blocks_until_a_person_accepts_it() -> None:
    bank = Bank()
    _leapt(bank)
    assert _refused(bank, pay()) is Reason.CLOCK_UNSURE
    bank.tell("ana", "accept-clock")
    allowed(bank.ask(pay()))


def test_a_start_long_after_the_last_record_waits_for_a_person() -> None:
    bank = Bank()
    bank.clock.advance(8 * 86_400)
    bank.crash()
    assert _refused(bank, pay()) is Reason.CLOCK_UNSURE


def _broken(bank: Bank) -> None:
    bank.log.broken = True


def _full(bank: Bank) -> None:
    bank.log.room = 1000


@pytest.mark.parametrize("change", [_broken, _full])
def test_where_nothing_can_be_recorded_everything_is_refused(change: Change) -> None:
    bank = Bank()
    bank.ask(pay(1, to="before"))
    change(bank)
    bank.clock.advance(2)
    before = bank.log.durable
    bank.ask(pay())
    for call in (pay(to="b"), replace(pay(), agent="nobody"), pay(5000)):
        assert _refused(bank, call, recorded=False) is Reason.LOG_UNAVAILABLE
    assert bank.log.durable == before


def test_below_the_reserve_a_stop_can_still_be_recorded() -> None:
    bank = Bank()
    answer = allowed(bank.ask(pay()))
    _full(bank)
    bank.clock.advance(2)
    bank.stop()
    bank.kernel.not_released(answer, Reason.STOPPED)
    assert [e.record.kind for e in bank.entries()[-2:]] == [Kind.STOP, Kind.EFFECT]


class _Raises:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, *_: object) -> object:
        raise self.error


def _asked(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., object]) -> Reason:
    """What the real engine answers can not be made to fail: put one there that does."""
    monkeypatch.setattr(engine, "cedarpy", _Engine(answer))
    return _refused(Bank(), pay())


class _Engine:
    """The engine's module, but for how it answers."""

    def __init__(self, answer: Callable[..., object]) -> None:
        self.is_authorized = answer

    def __getattr__(self, name: str) -> object:
        return getattr(cedarpy, name)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("action"), MemoryError(), TypeError()])
def test_an_engine_that_raises_blocks(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _asked(monkeypatch, _Raises(error)) is Reason.ENGINE_FAILED


def test_an_engine_that_does_not_decide_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_decision(request: dict[str, Any], *rest: Any) -> object:
        return cedarpy.is_authorized({**request, "context": {}}, *rest)

    assert _asked(monkeypatch, no_decision) is Reason.ENGINE_FAILED


def test_an_error_that_names_no_policy_of_ours_blocks() -> None:
    assert engine._erroring(["the engine has a bad day"], {}) is None
    assert engine._erroring(["error in policy `somebody-else`"], {}) is None


def test_a_review_can_not_be_asked_for_without_end() -> None:
    bank = Bank()
    for n in range(3):
        bank.ask(pay(300, to=f"t{n}"))
    assert _refused(bank, pay(300, to="t3")) is Reason.TOO_MANY_PENDING


def test_refusals_without_end_are_counted_and_told() -> None:
    bank = Bank()
    answers = [bank.ask(pay(5000, to=f"t{n}")) for n in range(60)]
    reasons = [answer.reason for answer in answers if isinstance(answer, Refused)]
    assert reasons == [Reason.NO_AUTHORITY] * 50 + [Reason.TOO_MANY_REQUESTS] * 10
    bank.clock.advance(61)
    bank.kernel.tick()
    told = bank.entries()[-1].record
    assert (told.kind, told.predicate.counts) == (Kind.REFUSALS, {"no-authority": 10})


def test_counted_refusals_are_not_lost_with_a_disk() -> None:
    bank = Bank()
    for n in range(60):
        bank.ask(pay(5000, to=f"t{n}"))
    bank.clock.advance(61)
    bank.log.broken = True
    bank.ask(pay(5000))
    bank.kernel.tick()
    bank.log.broken = False
    bank.kernel.tick()
    assert [e.record.kind for e in bank.entries()].count(Kind.REFUSALS) == 1


def test_a_call_that_no_record_can_hold_is_refused_and_recorded() -> None:
    bank = Bank()
    answer = bank.ask(replace(pay(), agent="x" * 70_000))
    assert isinstance(answer, Refused)
    assert answer.ticket is not None


def test_policies_that_do_not_load_never_come_into_force() -> None:
    bank = Bank()
    plan = bank.home.enforcer.bundle
    broken = replace(plan, cedar_schemas={"desk": "entity Agent in"}, scope="other")
    with pytest.raises(Exception, match="does not load"):
        bank.release(broken)
    assert bank.home.state.plan == bank.home.enforcer.digest
    assert isinstance(bank.home.enforcer.policies["desk"], Policies)
    allowed(bank.ask(pay()))


@pytest.mark.parametrize("verb", ["token", "resume", "release", "accept-clock", "revoke-token"])
def test_below_the_reserve_nothing_that_widens_is_recorded(verb: str) -> None:
    bank = Bank()
    _full(bank)
    bank.clock.advance(2)
    before = bank.log.durable
    with pytest.raises(LogUnavailable, match="nearly full"):
        bank.tell("ana", verb)
    assert bank.log.durable == before
