"""Whoever holds the home's keys takes payloads out of an older shard, and writes what they like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_erase_unentitled import DAY, act, found, sealed, signed, with_retention
from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank, rewrite
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.erasure import render_stub
from watchkeeper.ledger.frame import frames_of, render_frame
from watchkeeper.records.action import Status
from watchkeeper.records.erasure import ErasureKind, Span
from watchkeeper.records.plan.systems import Retention
from watchkeeper.records.reference import Ref

ONE = (Span(2, 3),)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    """Two shards, with an action about Maria in each; payloads stay for ten days."""
    bank = DiskBank(tmp_path / "home", with_retention(Retention(least_seconds=10 * DAY)))
    act(bank)
    bank.roll()
    bank.clock.advance(2000)
    act(bank)
    yield bank
    bank.close()


def told(bank: DiskBank) -> set[str]:
    """What is found of erasures, without the shard in which it was."""
    return {message.removeprefix("shard 1: ") for message in found(bank)}


def forged(bank: DiskBank, spans: tuple[Span, ...] = ONE, **changes: Any) -> set[str]:
    """Record an erasure, remove what it names, and return what is found."""
    said = {"shard": 0, "by": "ana", **changes}
    if "signature" not in said:
        said["signature"] = signed(bank, spans, said["by"], said["shard"])
    sealed(bank, spans, **said)
    bank.log.finish_erasures()
    return told(bank)


def test_what_is_rightly_signed_is_no_finding(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    assert forged(bank) == set()
    assert bank.log.entry(Ref(0, 2)).erased is not None


def test_without_the_role(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    assert forged(bank, by="ben") == {"`ben` does not hold the role `operate`"}


def test_on_nobodys_word(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    [message] = forged(bank, signature=None)
    assert "nobody signed it" in message


def test_signed_for_the_same_indexes_of_another_shard(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    [message] = forged(bank, signature=signed(bank, ONE))
    assert "another records" in message


def test_records_beyond_the_end_of_that_shard(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    for _ in range(4):
        act(bank)
        bank.clock.advance(DAY)
    messages = forged(bank, (Span(2, 6),))
    assert any("not ranges of records before it" in message for message in messages)


@pytest.mark.parametrize("shard", [1, 2, -1])
def test_a_shard_that_is_no_older_one(bank: DiskBank, shard: int) -> None:
    bank.clock.advance(11 * DAY)
    signature = signed(bank, ONE, shard=shard)
    sealed(bank, ONE, by="ana", shard=shard, signature=signature)
    assert told(bank) >= {f"it names shard {shard}, which is no older one"}
    with pytest.raises(CommandInvalid):
        bank.look(asked="records", spans=[[2, 3]], shard=2)


def test_before_the_plan_lets_go(bank: DiskBank) -> None:
    assert forged(bank) == {"record 2 was erased before its plan let it go"}


def test_the_plan_of_the_older_shard_holds_though_a_later_one_does_not(bank: DiskBank) -> None:
    bank.release(with_retention(Retention()))
    assert bank.look(subject="maria", shard=0)["held"] == [[2, 4]]
    assert forged(bank) == {"record 2 was erased before its plan let it go"}


def test_an_effect_is_held_as_long_as_its_decision_in_another_shard(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home", with_retention(Retention(least_seconds=10 * DAY)))
    done = allowed(bank.ask(pay(10, to="clinic", on_behalf_of="maria")))
    done.ticket.wait(10)
    bank.release(with_retention(Retention()))
    bank.roll()
    bank.kernel.finish(done, Status.SUCCEEDED, done.at, {"text": "done"}).wait(10)
    assert bank.look(subject="maria")["held"] == [[1, 2]]
    bank.clock.advance(10 * DAY)
    assert bank.look(subject="maria")["spans"] == [[1, 2]]
    bank.close()


def test_what_was_not_due(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    plan = bank.home.state.plan
    messages = forged(bank, asked=ErasureKind.DUE, plan=plan, by="", signature=None)
    assert messages == {"record 2 was not due by the plan in force"}


def test_a_plan_that_the_older_shard_released(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    assert forged(bank, (Span(1, 2),)) == {"record 1 holds what is never erased"}
    assert bank.log.entry(Ref(0, 1)).payload is not None


def test_what_settling_or_approving_still_needs(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "home")
    unknown = allowed(bank.ask(pay(10, to="elsewhere")))
    waiting = escalated(bank.ask(pay(400, to="anywhere")))
    assert waiting.ticket is not None
    waiting.ticket.wait(10)
    bank.roll()
    for ticket in (unknown.ticket, waiting.ticket):
        index = ticket.ref.index
        assert f"record {index} was erased before its action had ended" in forged(
            bank, (Span(index, index + 1),)
        )
    bank.close()


def test_an_erasure_that_was_recorded_and_not_done(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    sealed(bank, ONE, by="ana", shard=0, signature=signed(bank, ONE, shard=0))
    assert told(bank) == {"erased by record, but the payload of 0/2 is still there"}


def test_a_stub_that_names_a_shard_which_does_not_say_so(bank: DiskBank) -> None:
    stub = render_stub(3, {}, 2000, 1)
    rewrite(bank, lambda f: stub[: len(f.payload)] if f.index == 2 else f.payload)
    assert told(bank) == {
        "the payload of 0/2 was erased by a record of this shard, and none says so"
    }


def test_a_stub_that_names_no_shard_where_only_a_later_one_says_so(bank: DiskBank) -> None:
    bank.clock.advance(11 * DAY)
    assert forged(bank) == set()
    index = bank.log.size - 1
    stub = render_stub(index, {}, 2000)
    rewrite(bank, lambda f: stub[: len(f.payload)] if f.index == 2 else f.payload)
    assert found(bank) == ["shard 0: its payload was erased, and no record says so"]


def test_a_stub_that_names_an_older_shard(bank: DiskBank) -> None:
    path = bank.path / "shards" / "1" / "segments" / "00000000.seg"
    stub = render_stub(3, {}, 4000, 0)
    frames = list(frames_of(path.read_bytes()))
    path.write_bytes(
        b"".join(
            render_frame(
                f.index,
                f.batch,
                f.envelope,
                stub[: len(f.payload)] if f.index == 1 else f.payload,
            )
            for f in frames
        )
    )
    assert told(bank) == {"1 payloads erased by records of shard 0, which is older"}


def test_a_stub_that_names_a_shard_which_there_is_not(bank: DiskBank) -> None:
    """It can not be told from a shard that was not given, and is never counted as checked."""
    stub = render_stub(3, {}, 2000, 9)
    rewrite(bank, lambda f: stub[: len(f.payload)] if f.index == 2 else f.payload)
    verified = bank.verify()
    step = {step.number: step for step in verified.steps}[20]
    assert step.status.value == "not-checked"
    assert "1 payloads were erased by records of shard 9, which was not given" in step.detail
