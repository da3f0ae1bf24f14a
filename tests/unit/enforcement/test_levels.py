"""A tool above level `durable`: its action waits to be covered, a bounded time, or is not done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, pay
from tests.worlds.guarded import Shop, open_shop
from tests.worlds.levels import plan, uncovered_bank
from watchkeeper.check.replay import replay_all, summarise
from watchkeeper.enforcement.guard import Guard
from watchkeeper.enforcement.release import settled
from watchkeeper.errors import ActionBlocked
from watchkeeper.loop.replay import replayer
from watchkeeper.loop.steps import Allowed, Answer, Refused
from watchkeeper.records.action import Outcome, Reason, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.tools import Level


async def while_it_waits(bank: Bank, answer: Answer, act: Callable[[], object]) -> Answer:
    """Settle an answer, and do something once it waits to be covered."""
    waiting = asyncio.create_task(settled(bank.kernel, answer))
    while not bank.log.waiting:
        assert not waiting.done(), waiting
        await asyncio.sleep(0)
    act()
    return await waiting


@pytest.mark.parametrize("level", [Level.PUBLISHED, Level.WITNESSED])
async def test_it_is_released_once_it_is_covered(level: Level) -> None:
    bank = uncovered_bank(level)
    answer = await while_it_waits(bank, bank.ask(pay()), bank.log.cover)
    assert isinstance(answer, Allowed)
    assert bank.log.waiting == []


@pytest.mark.parametrize(
    ("level", "reason"),
    [(Level.PUBLISHED, Reason.NOT_PUBLISHED), (Level.WITNESSED, Reason.NOT_WITNESSED)],
)
async def test_what_is_not_covered_in_time_is_not_done_and_recorded_so(
    level: Level, reason: Reason
) -> None:
    bank = uncovered_bank(level, seconds=0)
    answer = await settled(bank.kernel, bank.ask(pay()))
    assert isinstance(answer, Refused)
    assert answer.reason is reason
    assert bank.log.waiting == [], "who gave up is forgotten"
    effect = bank.entries()[-1].record
    assert effect.kind is Kind.EFFECT
    assert effect.predicate.status is Status.FAILED
    assert effect.predicate.result.clear == reason.value
    bank.log.covering = True
    assert isinstance(await settled(bank.kernel, bank.ask(pay())), Allowed), "the key is free again"


async def test_a_stop_that_comes_meanwhile_holds() -> None:
    bank = uncovered_bank(Level.WITNESSED)

    def stop_and_cover() -> None:
        bank.stop()
        bank.log.cover()

    answer = await while_it_waits(bank, bank.ask(pay()), stop_and_cover)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.STOPPED


async def test_another_plan_that_comes_into_force_meanwhile_holds() -> None:
    bank = uncovered_bank(Level.WITNESSED)

    def release_and_cover() -> None:
        bank.release(plan(Level.WITNESSED, 31))
        bank.log.cover()

    answer = await while_it_waits(bank, bank.ask(pay()), release_and_cover)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOIDED


async def test_where_nobody_witnesses_it_is_blocked_by_a_decision_that_replays() -> None:
    bank = uncovered_bank(Level.WITNESSED)
    bank.log.uncovered = "another history was witnessed"
    answer = bank.ask(pay())
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.NOT_WITNESSED
    entry = bank.entries()[-1]
    assert entry.record.predicate.decision.outcome is Outcome.BLOCK
    again = summarise(replay_all(bank.entries(), replayer(lambda _: plan(Level.WITNESSED))))
    assert again.sound
    assert isinstance(bank.ask(replace(pay(), tool="look", arguments={})), Refused)


async def test_a_split_that_is_found_meanwhile_ends_the_wait() -> None:
    bank = uncovered_bank(Level.WITNESSED)

    def split() -> None:
        from watchkeeper.errors import NotCovered

        ((_, callback),) = bank.log.waiting
        callback(NotCovered("another history"))

    answer = await while_it_waits(bank, bank.ask(pay()), split)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.NOT_WITNESSED


async def test_durable_waits_for_nothing_more() -> None:
    bank = uncovered_bank(Level.DURABLE)
    bank.log.uncovered = "no witness"
    assert isinstance(await settled(bank.kernel, allowed(bank.ask(pay()))), Allowed)


paid: list[float] = []


def _define(guard: Guard) -> Callable[..., Any]:
    @guard()
    def pay(to: str, amount: float) -> dict[str, Any]:
        """Pay somebody."""
        paid.append(amount)
        return {"paid": amount}

    return pay


def _edit(level: str) -> Callable[[dict[str, Any]], None]:
    def edit(tools: dict[str, Any]) -> None:
        tools["pay"].update(writes=True, clear=["amount"], level=level)

    return edit


@pytest.fixture(params=["published", "witnessed"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    paid.clear()
    world = open_shop(tmp_path, _define, _edit(request.param))
    yield world
    world.guard.close()


def test_the_guard_keeps_to_it_too(shop: Shop, request: pytest.FixtureRequest) -> None:
    if "published" in request.node.name:
        assert shop.call("bob", 5) == {"paid": 5}
        assert asyncio.run(asyncio.to_thread(shop.call, "bob", 6)) == {"paid": 6}
        assert paid == [5, 6]
        return
    with pytest.raises(ActionBlocked) as refused:
        shop.call("bob", 5)
    assert refused.value.reason == "not-witnessed"
    assert paid == []


def test_many_that_wait_at_once_share_few_checkpoints(tmp_path: Path) -> None:
    paid.clear()
    shop = open_shop(tmp_path, _define, _edit("published"))
    threads = [threading.Thread(target=shop.call, args=("bob", n + 1)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    shop.guard.close()
    assert sorted(paid) == [n + 1 for n in range(20)]
