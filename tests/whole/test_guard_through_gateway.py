"""The guard through a gateway that runs: same decisions, same records, one home, two doors."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers.shop import Shop
from tests.worlds.gateway import World, open_till
from tests.worlds.guards import Process, open_guard, shop_files
from watchkeeper.errors import ActionBlocked, ActionEscalated, HomeLocked, UpstreamFailed
from watchkeeper.records.action import Boundary, Outcome, Status
from watchkeeper.verify import verify_log


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("shop") / "world", shop_files) as world:
        yield world


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    shop = open_guard(world)
    yield shop
    shop.guard.close()


def test_a_call_is_decided_and_recorded_by_the_gateway(world: World, shop: Shop) -> None:
    assert shop.tools["sell"]("ann", 20.5) == {"sold": 20.5}
    decided, effect = world.decisions()[-1], world.effects()[-1]
    assert decided.point.kind == "guard"
    assert decided.point.boundary is Boundary.IN_PROCESS
    assert decided.decision.outcome is Outcome.ALLOW
    assert effect.action_id == decided.action_id
    assert effect.status is Status.SUCCEEDED
    assert world.call("look", to="x").done  # and the other door is open
    assert verify_log(world.home / "log", workers=1).findings == ()


def test_the_same_call_again_gives_what_is_stored(world: World, shop: Shop) -> None:
    before = len(world.executed("shop"))
    assert shop.tools["sell"]("bea", 21) == shop.tools["sell"]("bea", 21) == {"sold": 21}
    assert len(world.executed("shop")) == before + 1


def test_what_waits_for_people_is_made_once(world: World, shop: Shop) -> None:
    before = len(world.executed("shop"))
    with pytest.raises(ActionEscalated) as waits:
        shop.tools["sell"]("cleo", 700)
    with pytest.raises(ActionEscalated):
        shop.guard.result(waits.value.handle)
    world.approve(waits.value.handle)
    assert shop.guard.result(waits.value.handle) == {"sold": 700}
    assert shop.guard.result(waits.value.handle) == {"sold": 700}
    assert len(world.executed("shop")) == before + 1


def test_facts_are_read_where_the_functions_are(world: World, shop: Shop) -> None:
    assert shop.tools["gift"]("dora", 1) == {"given": 1}
    (world.till / "stock").write_text('{"open": false}')
    with pytest.raises(ActionBlocked) as refused:
        shop.tools["gift"]("dora", 2)
    assert refused.value.reason == "forbidden"
    (world.till / "stock").write_text("rubbish")
    with pytest.raises(ActionBlocked) as refused:
        shop.tools["gift"]("dora", 3)
    assert refused.value.reason == "could-not-evaluate"


def test_a_budget_is_one_over_all_guards(world: World) -> None:
    shops = [open_guard(world, "other") for _ in range(2)]

    def sell(number: int) -> str:
        try:
            shops[number % 2].tools["sell"](f"many-{number}", 1)
        except ActionBlocked as error:
            return error.reason
        return "sold"

    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(sell, range(40)))
    assert Counter(told) == {"sold": 25, "no-authority": 15}
    for shop in shops:
        shop.guard.close()


def test_async_functions_side_by_side(world: World, shop: Shop) -> None:
    async def run() -> list[object]:
        lends = (shop.tools["lend"](f"p{i}", 1) for i in range(30))
        return await asyncio.gather(*lends)

    assert asyncio.run(run()) == [{"lent": 1}] * 30


def test_a_stop_and_a_resume_reach_guards(world: World, shop: Shop) -> None:
    world.stop("tool:shop/sell")
    with pytest.raises(ActionBlocked) as refused:
        shop.tools["sell"]("eve", 1)
    assert refused.value.reason == "stopped"
    world.resume("tool:shop/sell")
    assert shop.tools["sell"]("eve", 1) == {"sold": 1}


def test_a_stop_breaks_off_what_may_be_broken_off(world: World, shop: Shop) -> None:
    def lend() -> str:
        with pytest.raises(ActionBlocked) as refused:
            asyncio.run(shop.tools["lend"]("fay", 1, "hold"))
        return refused.value.reason

    (world.till / "go").unlink(missing_ok=True)
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(lend()), daemon=True)
    thread.start()
    while not (world.till / "holding-lend").exists():
        thread.join(0.01)
    world.stop("tool:shop/lend")
    thread.join(30)
    world.resume("tool:shop/lend")
    assert told == ["stopped"]
    effect = world.effects()[-1]
    assert effect.status is Status.FAILED
    assert effect.after_stop is not None
    assert not any(e["arguments"]["to"] == "fay" for e in world.executed("shop"))


def test_without_a_token_a_served_home_is_not_opened(world: World) -> None:
    from watchkeeper.enforcement.guard import Guard

    shop = Shop(Guard(world.home, agent="payer", server="shop"), world.till)
    with pytest.raises(HomeLocked, match="token"):
        shop.tools["sell"]("gil", 1)


def test_with_a_token_and_no_gateway_nothing_is_opened_or_called(
    world: World, tmp_path: Path
) -> None:
    from watchkeeper.enforcement.guard import Guard

    shop = Shop(Guard(tmp_path, agent="payer", server="shop", token="wk_x"), world.till)
    with pytest.raises(UpstreamFailed, match="no gateway"):
        shop.tools["sell"]("hal", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_guard_in_its_own_process_opens_no_file_of_the_home(world: World) -> None:
    process = Process(world)
    try:
        assert process.call("sell", to="ida", amount=2) == {"result": {"sold": 2}}
        fds = Path(f"/proc/{process.process.pid}/fd")
        opened = [str(fd.readlink()) for fd in fds.iterdir()]
        assert not any(str(world.home) in name for name in opened), opened
    finally:
        process.close()
