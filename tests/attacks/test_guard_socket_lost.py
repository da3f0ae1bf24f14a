"""A guard or its gateway is killed in the middle: nothing is lost, doubled or done unrecorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.worlds.gateway import World, open_till
from tests.worlds.guards import Process, raw, shop_files
from watchkeeper.records.action import Outcome
from watchkeeper.verify import verify_log


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("shop") / "world", shop_files) as world:
        yield world


def _until(found: Callable[[], bool]) -> None:
    for _ in range(3000):
        if found():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def _everything_done_was_allowed_once(world: World) -> None:
    """Each call that was made has an allow of its own before it, and no more than one effect."""
    decided = world.decisions()
    allowed = [d for d in decided if d.decision.outcome is Outcome.ALLOW and d.tool == "sell"]
    done = [e["arguments"]["to"] for e in world.executed("shop") if e["name"] == "sell"]
    assert len(done) == len(set(done))
    assert len(done) <= len(allowed)
    acted = [effect.action_id for effect in world.effects()]
    assert len(acted) == len(set(acted))
    assert verify_log(world.home / "log", workers=1).findings == ()


def _unknown(world: World) -> list[str]:
    return [found["actionId"] for found in world.ask("ana", "unknown", {})]


def test_a_guard_that_is_killed_leaves_its_call_unknown(world: World) -> None:
    process = Process(world)
    process.begin("sell", to="killed", amount=5, note="hold-1")
    _until((world.till / "holding-hold-1").exists)
    action = world.decisions()[-1].action_id
    process.kill()
    assert action in _unknown(world)
    again = Process(world)
    assert again.call("sell", to="killed", amount=5, note="hold-1")["refused"] == "effect-unknown"
    assert again.call("sell", to="after", amount=5) == {"result": {"sold": 5}}
    again.close()
    assert world.effects(action) == []
    _everything_done_was_allowed_once(world)


def test_a_guard_that_is_killed_while_facts_are_asked_of_it_gets_no_leave(world: World) -> None:
    with raw(world) as line:
        line.say({"call": 1, "tool": "gift", "arguments": {"to": "x", "amount": 1}})
        assert "need" in (line.heard() or {})
    _until(lambda: [decided.tool for decided in world.decisions()][-1:] == ["gift"])
    assert world.decisions()[-1].decision.reasons[0].value == "could-not-evaluate"


def test_a_gateway_that_is_killed_takes_no_leave_back_and_gives_none(world: World) -> None:
    process = Process(world)
    process.begin("sell", to="orphan", amount=5, note="hold-2")
    _until((world.till / "holding-hold-2").exists)
    action = world.decisions()[-1].action_id
    world.kill()
    (world.till / "go").write_text("1")
    # The function has done its work, and nobody may be told so: it is not on record.
    assert process.told()["refused"] == "effect-unknown"
    assert process.call("sell", to="nobody", amount=5)["refused"] == "log-unavailable"
    world.start()
    assert action in _unknown(world)
    assert process.call("sell", to="again", amount=5) == {"result": {"sold": 5}}
    assert process.call("sell", to="orphan", amount=5, note="hold-2")["refused"] == "effect-unknown"
    process.close()
    assert not any(e["arguments"]["to"] == "nobody" for e in world.executed("shop"))
    _everything_done_was_allowed_once(world)


def test_a_gateway_that_is_killed_at_any_moment(world: World) -> None:
    """Calls one after another while the gateway is killed: each answer is true."""
    process = Process(world)
    sold, number = set(), 0
    for delay in (0.001, 0.01):
        for _ in range(5):
            process.begin("sell", to=f"t{number}", amount=1)
            if process.told() == {"result": {"sold": 1}}:
                sold.add(f"t{number}")
            number += 1
        process.begin("sell", to=f"t{number}", amount=1)
        time.sleep(delay)
        world.kill()
        if process.told() == {"result": {"sold": 1}}:
            sold.add(f"t{number}")
        number += 1
        world.start()
    process.close()
    succeeded = {e.action_id for e in world.effects() if e.status.value == "succeeded"}
    done = {e["arguments"]["to"] for e in world.executed("shop")}
    assert sold <= done
    assert len(succeeded) >= len(sold)
    _everything_done_was_allowed_once(world)
