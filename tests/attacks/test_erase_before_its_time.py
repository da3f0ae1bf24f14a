"""Payloads beside decisions, erased before the plan lets them go, by whoever has the home's key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.test_erase_unentitled import DAY, sealed, signed, with_retention
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.records.action import Status
from watchkeeper.records.erasure import ErasureKind, Span
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.systems import Retention

SAYS = Retention(least_seconds=10 * DAY, most_seconds=20 * DAY, automatic=True)
BESIDE = (Kind.EFFECT, Kind.VERDICT, Kind.STOP)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    """An action that ben refused, one that was carried out, and a stop with its reason."""
    bank = DiskBank(tmp_path / "home", with_retention(SAYS))
    waits = escalated(bank.ask(pay(400, to="maria")))
    assert waits.ticket is not None
    waits.ticket.wait(10)
    bank.refuse(waits.handle)
    done = allowed(bank.ask(pay(10, to="maria")))
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    bank.stop()
    yield bank
    bank.close()


def span_of(bank: DiskBank, kind: Kind) -> Span:
    index = next(e.ref.index for e in bank.entries() if e.record.kind is kind)
    return Span(index, index + 1)


def told(bank: DiskBank) -> list[str]:
    found = [f.message for f in bank.verify().findings if f.step == 20]
    return [message for message in found if "still there" not in message]


@pytest.mark.parametrize("kind", BESIDE[:2])
def test_before_the_least_time_of_its_decision(bank: DiskBank, kind: Kind) -> None:
    spans = (span_of(bank, kind),)
    sealed(bank, spans, by="ana", signature=signed(bank, spans))
    assert told(bank) == [f"record {spans[0].first} was erased before its plan let it go"]


@pytest.mark.parametrize("kind", BESIDE[:2])
def test_once_its_decision_may_go_it_may(bank: DiskBank, kind: Kind) -> None:
    bank.clock.advance(11 * DAY)
    spans = (span_of(bank, kind),)
    sealed(bank, spans, by="ana", signature=signed(bank, spans))
    assert told(bank) == []


@pytest.mark.parametrize("kind", BESIDE)
def test_by_the_plan_that_does_not_demand_it(bank: DiskBank, kind: Kind) -> None:
    """Nobody signs what is due: only what really is may go by it."""
    bank.clock.advance(11 * DAY)
    spans = (span_of(bank, kind),)
    sealed(bank, spans, asked=ErasureKind.DUE, plan=bank.home.state.plan)
    [message] = told(bank)
    assert message.startswith(f"record {spans[0].first} was not due")


@pytest.mark.parametrize("kind", BESIDE)
def test_by_the_plan_that_does(bank: DiskBank, kind: Kind) -> None:
    """A reason of a stop belongs to no system: no plan ever demands that it goes."""
    bank.clock.advance(21 * DAY)
    spans = (span_of(bank, kind),)
    sealed(bank, spans, asked=ErasureKind.DUE, plan=bank.home.state.plan)
    assert bool(told(bank)) is (kind is Kind.STOP)


def test_over_shards_todays_plan_counts(bank: DiskBank) -> None:
    """The effect stands in the next shard: its decision was made in the one before."""
    bank.resume()
    unknown = allowed(bank.ask(pay(11, to="maria", note="b")))
    unknown.ticket.wait(10)
    bank.roll()
    bank.kernel.finish(unknown, Status.SUCCEEDED, unknown.at, {"text": "done"}).wait(10)
    index = bank.log.size - 1
    spans = (Span(index, index + 1),)
    sealed(bank, spans, by="ana", signature=signed(bank, spans))
    messages = [message.partition(": ")[2] for message in told(bank)]
    assert messages == [f"record {index} was erased before its plan let it go"]
