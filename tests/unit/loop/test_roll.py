"""A home whose log was rolled over goes on as if nothing had happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.worlds.bank import LIMITS, allowed, bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper import wiring
from watchkeeper.errors import CommandInvalid, HomeInvalid, LogInconsistent, NotAuthorised
from watchkeeper.loop.shards.carried import check_carried
from watchkeeper.loop.steps import Refused, Stored
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.log.close()


def done(bank: DiskBank, amount: float, **changes: object) -> None:
    answer = allowed(bank.ask(pay(amount, **changes)))
    answer.ticket.wait()
    bank.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"ok": True}).wait()


def test_the_next_shard_goes_on(bank: DiskBank) -> None:
    done(bank, 20, note="a")
    before = bank.home.state.plan
    assert bank.roll() == {
        "shard": 1,
        "origin": "example.org/desk/1",
        "newLogKey": False,
    }
    assert (bank.log.shard, bank.log.size, bank.home.state.plan) == (1, 1, before)
    assert bank.home.state.plan_ref == Ref(1, 0)
    done(bank, 20, note="b")
    bank.restart()
    assert (bank.log.shard, bank.log.size) == (1, 3)
    assert check_carried(bank.log, bank.clock)
    assert (bank.path / "shards/1/log/checkpoint").exists()
    assert (bank.path / f"shards/1/log/plans/{before}.json").exists()
    found = verify_log(bank.path)
    assert found.findings == ()
    assert found.origin == "example.org/desk/1"
    assert found.records == len(list(wiring.read_entries(bank.path)))
    shards = next(step for step in found.steps if step.number == 18)
    assert shards.status.value == "checked"


def test_no_budget_is_won_back(bank: DiskBank) -> None:
    for note in "ab":
        done(bank, 200, note=note)
    bank.roll()
    for _ in range(2):
        used = bank.home.state.budgets.used("pays", bank.home.now())
        assert [(u.count, u.sum) for u in used] == [(2, Decimal(400))]
        assert isinstance(bank.ask(pay(150, note="c")), Refused)
        bank.restart()


def test_a_key_is_not_used_twice(bank: DiskBank) -> None:
    done(bank, 20, key="k1", note="a")
    bank.roll()
    assert isinstance(bank.ask(pay(20, key="k1", note="a")), Stored)
    bank.restart()
    assert isinstance(bank.ask(pay(20, key="k1", note="a")), Stored)
    again = bank.ask(pay(30, key="k1", note="a"))
    assert isinstance(again, Refused)
    assert again.reason is Reason.KEY_REUSED


def test_an_approval_is_given_after_the_roll_and_used_once(bank: DiskBank) -> None:
    waits = escalated(bank.ask(pay(250)))
    bank.roll()
    assert escalated(bank.ask(pay(250))).handle == waits.handle
    bank.approve(waits.handle)
    bank.roll()
    released = allowed(bank.come_back(waits.handle))
    released.ticket.wait()
    bank.roll()
    again = bank.come_back(waits.handle)
    assert isinstance(again, Refused)
    assert again.reason is Reason.EFFECT_UNKNOWN
    bank.kernel.finish(released, Status.SUCCEEDED, released.at, {"ok": 1}).wait()
    assert isinstance(bank.come_back(waits.handle), Stored)
    bank.log.publish_now()
    found = verify_log(bank.path)
    assert (found.findings, found.unknown) == ((), 0)


def test_an_approval_whose_request_was_moved_away_is_void(bank: DiskBank) -> None:
    waits = escalated(bank.ask(pay(250)))
    bank.roll()
    bank.approve(waits.handle)
    bank.restart()
    move_away(bank.path)
    bank.restart()
    answer = bank.come_back(waits.handle)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOIDED


def test_an_unknown_effect_whose_decision_was_moved_away(bank: DiskBank) -> None:
    answer = allowed(bank.ask(pay(20)))
    answer.ticket.wait()
    bank.roll()
    bank.restart()
    move_away(bank.path)
    bank.restart()
    bank.clock.advance(600)
    action = answer.request.action_id
    bank.tell("ana", "resolve", actionId=action, status="failed")
    assert not bank.home.state.open
    used = bank.home.state.budgets.used("pays", bank.home.now())
    assert [(u.count, u.sum) for u in used] == [(0, Decimal(0))]


def test_a_plan_that_looks_further_back_than_the_shards_here(bank: DiskBank) -> None:
    done(bank, 200, note="a")
    bank.clock.advance(2 * 3600)
    done(bank, 20, note="b")
    bank.roll()
    bank.restart()
    move_away(bank.path)
    bank.restart()
    with pytest.raises(CommandInvalid, match="further back"):
        bank.release(wider())
    bank.release(replace(bank_bundle(), scope="Paying people, and little else."))


def wider() -> Bundle:
    """The bank's plan with windows of a day."""
    grants = tuple(
        replace(grant, budgets=tuple(replace(b, seconds=86_400) for b in grant.budgets))
        for grant in bank_bundle().grants
    )
    return replace(bank_bundle(), grants=grants)


def move_away(home: Path) -> Path:
    """Move shard 0 to cold storage."""
    cold = home.parent / "cold"
    cold.mkdir(exist_ok=True)
    for name in ("segments", "log", "newest.checkpoint", "synced", "snapshots", "ended"):
        if (home / name).exists():
            shutil.move(home / name, cold / name)
    return cold


def test_a_shard_in_cold_storage_still_verifies(bank: DiskBank) -> None:
    open_ = allowed(bank.ask(pay(20, note="a")))
    open_.ticket.wait()
    waits = escalated(bank.ask(pay(250)))
    bank.roll()
    bank.kernel.finish(open_, Status.SUCCEEDED, open_.at, {}).wait()
    bank.approve(waits.handle)
    bank.log.publish_now()
    assert verify_log(bank.path).ok
    cold = move_away(bank.path)
    bank.restart()
    assert not check_carried(bank.log, bank.clock)
    assert bank.log.shard == 1
    assert wiring.absent_shards(bank.path) == [0]
    with pytest.raises(HomeInvalid, match="shard 0"):
        bank.log.entry(Ref(0, 0))
    alone = verify_log(bank.path)
    assert alone.findings == ()
    steps = {step.number: step for step in alone.steps}
    assert steps[18].status.value == "not-checked"
    assert "2 refer to records in shards that were not given" in steps[11].detail
    from watchkeeper.verify import DirectorySource

    whole = verify_log(bank.path, others=[DirectorySource(cold)])
    assert whole.findings == ()
    steps = {step.number: step for step in whole.steps}
    assert steps[18].status.value == "checked"
    assert "refer to" not in steps[11].detail


def test_stops_and_tokens_go_on(bank: DiskBank) -> None:
    bank.token("t1")
    bank.stop()
    bank.roll()
    refused = bank.ask(pay(20))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.STOPPED
    assert [token.name for token in bank.home.state.tokens.values()] == ["t1"]
    with pytest.raises(CommandInvalid):
        bank.token("t1")
    bank.resume()
    done(bank, 20)
    bank.log.publish_now()
    assert verify_log(bank.path).findings == ()


def test_only_who_operates_may_roll(bank: DiskBank) -> None:
    with pytest.raises(NotAuthorised):
        bank.roll("cyd")
    assert bank.log.shard == 0


def test_the_plan_can_ask_for_it(bank: DiskBank) -> None:
    bank.release(replace(bank_bundle(), limits=replace(LIMITS, shard_records=6)))
    bank.kernel.tick()
    assert bank.log.shard == 0
    for note in "ab":
        done(bank, 20, note=note)
    bank.kernel.tick()
    assert (bank.log.shard, bank.log.size) == (1, 1)
    bank.release(replace(bank_bundle(), limits=replace(LIMITS, shard_days=1)))
    bank.kernel.tick()
    assert bank.log.shard == 1
    bank.clock.advance(86_400)
    bank.kernel.tick()
    assert bank.log.shard == 2
    bank.log.publish_now()
    assert verify_log(bank.path).findings == ()


def test_a_shard_that_holds_nothing_yet_is_not_ended(bank: DiskBank) -> None:
    """A home where nothing happens would get a new shard each minute, each with the whole state."""
    bank.release(replace(bank_bundle(), limits=replace(LIMITS, shard_records=1, shard_days=1)))
    for _ in range(3):
        bank.kernel.tick()
        assert (bank.log.shard, bank.log.size) == (1, 1)
        bank.clock.advance(86_400)
    done(bank, 20, note="a")
    bank.kernel.tick()
    assert (bank.log.shard, bank.log.size) == (2, 1)


def test_a_wider_window_looks_into_the_shard_before(bank: DiskBank) -> None:
    done(bank, 200, note="a")
    bank.clock.advance(2 * 3600)
    done(bank, 20, note="b")
    bank.roll()
    bank.release(wider())
    used = bank.home.state.budgets.used("pays", bank.home.now())
    assert [(u.count, u.sum) for u in used] == [(2, Decimal(220))]


def test_a_state_that_the_shard_before_does_not_add_up_to(bank: DiskBank) -> None:
    done(bank, 20)
    bank.home.state.token_names.add("never made")
    bank.roll()
    with pytest.raises(LogInconsistent, match="another state"):
        check_carried(bank.log, bank.clock)


def test_kinds_are_all_there(bank: DiskBank) -> None:
    done(bank, 20)
    bank.roll()
    kinds = [entry.record.kind for entry in wiring.read_entries(bank.path)]
    assert kinds == [
        Kind.GENESIS,
        Kind.PLAN_RELEASE,
        Kind.DECISION,
        Kind.EFFECT,
        Kind.GENESIS,
    ]
