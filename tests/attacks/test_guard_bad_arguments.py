"""Bad arguments through the guard: nothing is called, the reason is right, it is in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.worlds.guarded import Shop, open_shop
from watchkeeper.enforcement.guard import Guard
from watchkeeper.errors import ActionBlocked
from watchkeeper.records.action import Outcome, Reason

called: list[Any] = []


def _define(guard: Guard) -> Callable[..., Any]:
    @guard()
    def pay(to: str, amount: float, note: str = "") -> int:
        """Pay somebody."""
        called.append((to, amount, note))
        return 1

    return pay


def _edit(tools: dict[str, Any]) -> None:
    tools["pay"]["writes"] = True
    tools["pay"]["clear"] = ["amount"]
    tools["pay"]["once_per"] = {"arguments": ["to", "amount", "note"], "within": "1h"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    world = open_shop(tmp_path_factory.mktemp("shop"), _define, _edit)
    yield world
    world.guard.close()


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "arguments",
    [
        {"to": "bob", "amount": float("nan")},
        {"to": "bob", "amount": float("inf")},
        {"to": "bob", "amount": float("-inf")},
        {"to": "bob", "amount": 1e300},
        {"to": "bob", "amount": 2**53},
        {"to": "bob", "amount": -(2**53)},
        {"to": "bob", "amount": 10**400},
        {"to": "bob", "amount": "9,000"},
        {"to": "bob", "amount": "5"},
        {"to": "bob", "amount": True},
        {"to": "bob", "amount": None},
        {"to": "bob", "amount": [5]},
        {"to": "bob", "amount": {"__extn": {"fn": "decimal", "arg": "1.0"}}},
        {"to": {"__entity": {"type": "Agent", "id": "clerk"}}, "amount": 5},
        {"to": "bob", "amount": 500.00001},
        {"to": "bob", "amount": 1e-9},
        {"to": "lone \ud800 surrogate", "amount": 5},
        {"to": "bob", "amount": 5, "note": _deep(40)},
        {"to": "bob", "amount": 5, "note": "x" * 70_000},
        {"to": "bob", "amount": 5, "note": b"bytes"},
        {"to": "bob", "amount": 5, "note": object()},
    ],
)
def test_what_no_request_may_hold_is_blocked_and_recorded(
    shop: Shop, arguments: dict[str, Any]
) -> None:
    called.clear()
    with pytest.raises(ActionBlocked) as refused:
        shop.call(**arguments)
    assert called == []
    assert refused.value.reason == Reason.INVALID_REQUEST.value
    shop.guard.close()
    last = shop.decisions()[-1]
    assert last.action_id == refused.value.decision_id
    assert last.decision.outcome is Outcome.BLOCK
    assert last.decision.reasons == (Reason.INVALID_REQUEST,)


@pytest.mark.parametrize("amount", [-5, 0, -0.0, 1000.0001, 9000])
def test_amounts_outside_every_grant_are_blocked(shop: Shop, amount: float) -> None:
    called.clear()
    with pytest.raises(ActionBlocked) as refused:
        shop.call("bob", amount)
    assert called == []
    assert refused.value.reason == Reason.NO_AUTHORITY.value


def test_arguments_that_do_not_fit_the_signature_never_get_further(shop: Shop) -> None:
    called.clear()
    with pytest.raises(TypeError):
        shop.call("bob", 5, extra=1)
    with pytest.raises(TypeError):
        shop.call("bob")
    assert called == []
