"""Another conversation id, trace, key or claim from the agent's host resets nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.remembered import RememberingBank
from watchkeeper.loop.steps import Allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"trace": {"conversation": "brand-new"}},
        {"trace": {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}},
        {"claimed": {"version": "another"}},
        {"key": "another"},
        {"on_behalf_of": "somebody else"},
        {"mandate": "made-up"},
    ],
)
def test_what_was_read_stays_read(changes: dict[str, Any]) -> None:
    bank = RememberingBank()
    assert bank.do("payer", "read")
    call = bank.call("payer", "swap", amount=1, into="EUR")
    assert not isinstance(bank.ask(replace(call, **changes)), Allowed)


def test_so_does_what_was_done() -> None:
    bank = RememberingBank()
    for n in range(3):
        call = bank.call("payer", "pay", amount=1, currency="EUR")
        assert isinstance(bank.ask(replace(call, trace={"conversation": f"c{n}"})), Allowed)
    call = bank.call("payer", "pay", amount=1, currency="EUR")
    assert not isinstance(bank.ask(replace(call, trace={"conversation": "c9"})), Allowed)
