"""The guard: same decisions, same records, in the agent's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.guarded import Shop, open_shop
from watchkeeper.enforcement.guard import Guard
from watchkeeper.errors import ActionBlocked, ActionEscalated, HomeLocked, SettingsInvalid
from watchkeeper.records.action import Boundary, Outcome, Status

paid: list[tuple[str, float]] = []


def _define(guard: Guard) -> Callable[..., Any]:
    @guard()
    def pay(to: str, amount: float, note: str = "") -> dict[str, Any]:
        """Pay somebody."""
        if note == "raise":
            raise RuntimeError("the bank said no")
        paid.append((to, amount))
        return {"paid": amount}

    return pay


def _edit(tools: dict[str, Any]) -> None:
    tools["pay"]["writes"] = True
    tools["pay"]["clear"] = ["amount"]
    tools["pay"]["once_per"] = {"arguments": ["to", "amount", "note"], "within": "1h"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    paid.clear()
    world = open_shop(tmp_path, _define, _edit)
    yield world
    world.guard.close()


def test_an_allowed_call_is_made_and_recorded_with_its_boundary(shop: Shop) -> None:
    assert shop.call("bob", 20.5) == {"paid": 20.5}
    shop.guard.close()
    assert paid == [("bob", 20.5)]
    (decision,), (effect,) = shop.decisions(), shop.effects()
    assert decision.decision.outcome is Outcome.ALLOW
    assert decision.point.boundary is Boundary.IN_PROCESS
    assert effect.status is Status.SUCCEEDED
    assert effect.action_id == decision.action_id


def test_positional_arguments_and_defaults_are_seen_by_policy(shop: Shop) -> None:
    with pytest.raises(ActionBlocked) as refused:
        shop.call("bob", 9000)
    assert refused.value.reason == "no-authority"
    assert paid == []
    shop.guard.close()
    names = [hidden.name for hidden in shop.decisions()[0].arguments]
    assert names == ["amount", "note", "to"]


@pytest.mark.parametrize(
    "amount", [-5, 0, float("nan"), float("inf"), "9,000", 500.00001, True, None]
)
def test_amounts_that_are_none_are_blocked(shop: Shop, amount: Any) -> None:
    with pytest.raises(ActionBlocked):
        shop.call("bob", amount)
    assert paid == []


def test_a_hundred_small_ones_stop_at_the_budget(shop: Shop) -> None:
    for i in range(30):
        shop.call(f"p{i}", 100)
    for i in range(30, 70):
        with pytest.raises(ActionBlocked, match="authority"):
            shop.call(f"p{i}", 100)
    assert sum(amount for _, amount in paid) == 3000


def test_wrapping_the_function_again_does_not_reset_the_budget(shop: Shop) -> None:
    for i in range(30):
        shop.call(f"p{i}", 100)
    shop.guard.close()
    again = Guard(shop.home, agent="clerk", server="shop")
    call = _define(again)
    with pytest.raises(ActionBlocked):
        call("late", 100)
    again.close()
    assert len(paid) == 30


def test_the_same_call_again_gives_the_stored_result_and_pays_once(shop: Shop) -> None:
    assert shop.call("bob", 20) == shop.call("bob", 20) == {"paid": 20}
    assert len(paid) == 1


def test_an_escalated_call_waits_and_is_made_once(shop: Shop) -> None:
    with pytest.raises(ActionEscalated) as waits:
        shop.call("bob", 700)
    handle = waits.value.handle
    with pytest.raises(ActionEscalated):
        shop.guard.result(handle)
    item = shop.command("ben", "pending", {})[0]
    shown = item["shown"]
    assert shown["arguments"] == {"amount": 700, "note": "", "to": "bob"}
    body = {
        "handle": handle,
        "request": shown["request"],
        "tool": shown["tool"],
        "pin": shown["pin"],
        "agent": shown["agent"],
        "plan": shown["plan"],
        "shown": item["shownDigest"],
        "expires": item["expires"],
        "role": "lead",
        "reason": None,
        "millis": 10,
    }
    assert shop.command("ben", "approve", body)["state"] == "approved"
    assert shop.guard.result(handle) == {"paid": 700}
    assert shop.guard.result(handle) == {"paid": 700}
    assert paid == [("bob", 700)]


def test_a_function_that_raises_leaves_its_effect_unknown(shop: Shop) -> None:
    with pytest.raises(RuntimeError, match="bank"):
        shop.call("bob", 20, "raise")
    with pytest.raises(ActionBlocked) as refused:
        shop.call("bob", 20, "raise")
    assert refused.value.reason == "effect-unknown"
    shop.guard.close()
    assert shop.effects() == []


def test_a_number_with_two_faces_is_decided_by_the_one_that_would_be_sent(shop: Shop) -> None:
    class Sly(float):
        def __float__(self) -> float:
            return 9000.0

    with pytest.raises(ActionBlocked):
        shop.call("bob", Sly(20.0))
    assert paid == []


def test_a_list_that_changes_after_the_decision_changes_nothing(tmp_path: Path) -> None:
    seen: list[Any] = []

    def define(guard: Guard) -> Callable[..., Any]:
        @guard(name="pay")
        def pay_many(to: list[str], amount: float, note: str = "") -> int:
            seen.append((to, amount, note))
            return 1

        return pay_many

    world = open_shop(tmp_path, define, _edit)
    names = ["bob"]
    world.call(names, 5)
    names.append("mallory")
    world.guard.close()
    assert seen == [(["bob"], 5, "")]
    assert seen[0][0] is not names


def test_a_stop_holds_for_guarded_functions(shop: Shop) -> None:
    body = {"scopeKind": "agent", "scopeName": "clerk", "reason": None}
    shop.command("ana", "stop", body)
    with pytest.raises(ActionBlocked) as refused:
        shop.call("bob", 20)
    assert refused.value.reason == "stopped"
    assert paid == []


def test_an_async_function_is_guarded_the_same_way(tmp_path: Path) -> None:
    made: list[float] = []

    def define(guard: Guard) -> Callable[..., Any]:
        @guard(name="pay")
        async def pay_soon(to: str, amount: float, note: str = "") -> dict[str, Any]:
            await asyncio.sleep(0)
            made.append(amount)
            return {"paid": amount}

        return pay_soon

    world = open_shop(tmp_path, define, _edit)

    async def run() -> list[Any]:
        return await asyncio.gather(
            *(world.call(f"p{i}", 200) for i in range(20)), return_exceptions=True
        )

    results = asyncio.run(run())
    world.guard.close()
    assert sum(made) == 3000
    assert sum(isinstance(r, ActionBlocked) for r in results) == 5


def test_two_processes_can_not_have_one_home(shop: Shop) -> None:
    shop.call("bob", 1)
    other = Guard(shop.home, agent="clerk", server="shop")

    @other()
    def pay_again(to: str, amount: float) -> None: ...

    with pytest.raises(HomeLocked, match="open"):
        pay_again("bob", 1)


def test_functions_that_take_anything_are_refused(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "home", agent="clerk", server="shop")
    with pytest.raises(SettingsInvalid, match="any arguments"):

        @guard()
        def anything(*args: Any, **kwargs: Any) -> None: ...
