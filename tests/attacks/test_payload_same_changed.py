"""Somebody who can write to the home changes what makes two calls of an agent the same call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.tampered import TamperedBank, once
from watchkeeper.errors import LogInconsistent
from watchkeeper.loop.steps import Escalated, Refused
from watchkeeper.records.action import Reason

OTHER = "the payload's `same` is another than recorded"
CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "emptied": lambda body: body.update(same=""),
    "gone": lambda body: body.pop("same"),
    "another": lambda body: body.update(same="0" * 64),
    "another salt": lambda body: body["salts"].update(same="00" * 16),
    "no text": lambda body: body.update(same=[]),
}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[TamperedBank]:
    bank = TamperedBank(tmp_path / "home")
    yield bank
    bank.close()


def test_the_same_call_after_a_start_joins_the_one_that_waits(bank: TamperedBank) -> None:
    _, waits = bank.waiting(once("a", 400))
    bank.paid(once("b"))
    bank.restart()
    again = bank.ask(once("a", 400))
    assert isinstance(again, Escalated)
    assert again.handle == waits.handle
    reused = bank.ask(once("b", 11))
    assert isinstance(reused, Refused)
    assert reused.reason is Reason.KEY_REUSED


@pytest.mark.parametrize("how", CHANGES.values(), ids=CHANGES)
def test_of_an_action_that_waits(bank: TamperedBank, how: Callable[[dict[str, Any]], Any]) -> None:
    """A call that is made again would wait a second time, and be carried out twice."""
    ref, _ = bank.waiting(once("a", 400))
    bank.change(ref, how)
    with pytest.raises(LogInconsistent, match=f"record {ref} is not the recorded one: its `same`"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER)]


def test_of_an_action_that_was_carried_out(bank: TamperedBank) -> None:
    """Another call under the key would be told what came of this one."""
    refs = [bank.paid(once(key)).ticket.ref for key in ("a", "b")]
    other = dict(bank.log.entry(refs[1]).payload.body)  # type: ignore[union-attr]
    bank.change(refs[0], lambda body: body.update(same=other["same"]))
    with pytest.raises(LogInconsistent, match="`same`"):
        bank.restart()
    assert bank.findings() == [(refs[0].index, OTHER)]
