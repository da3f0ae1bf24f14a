"""Erasing a customer's values does not let an agent do again what it did for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.disk_bank import files_holding
from tests.worlds.remembered import remembering
from tests.worlds.shared import PINS, shared_bundle
from tests.worlds.tampered import TamperedBank
from watchkeeper.do.decision.request import Call
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Status
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log

WHO = "a-telling-account"


class RememberingDisk(TamperedBank):
    """A home on a disk whose plan remembers."""

    def open(self) -> None:
        super().open()
        self.home.pins.update({("bank", name): pin for name, pin in PINS.items()})

    def moves(self, to: str) -> Allowed | None:
        answer = self.ask(Call("payer", "tools/call", "bank", "move", {"to": to, "cents": 1}))
        if isinstance(answer, Allowed):
            answer.ticket.wait(10)
            self.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"ok": True}).wait(10)
            return answer
        return None


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RememberingDisk]:
    bank = RememberingDisk(tmp_path / "home", shared_bundle(remembering()))
    yield bank
    bank.close()


def _erased(bank: RememberingDisk) -> Ref:
    answer = bank.moves(WHO)
    assert answer is not None
    ref = answer.ticket.ref
    bank.erase(asked="records", spans=[[ref.index, ref.index + 2]])
    return ref


def test_it_is_remembered_and_nothing_of_it_can_be_read(bank: RememberingDisk) -> None:
    ref = _erased(bank)
    assert files_holding(bank.path, WHO) == []
    stub = bank.log.entry(ref).erased
    assert stub is not None
    assert set(stub.kept) == {"tracked", "salts"}
    assert set(stub.kept["salts"]) == {"tracked"}
    for n in range(2):
        assert bank.moves(WHO) is None
        assert bank.moves(f"somebody else {n}") is not None
        bank.restart()
        bank.clock.advance(1)
    assert bank.verify().ok


def test_after_its_time_it_is_forgotten(bank: RememberingDisk) -> None:
    _erased(bank)
    bank.clock.advance(30 * 86_400)
    bank.tell("ana", "accept-clock")
    assert bank.moves(WHO) is not None


def test_a_stub_that_forgets_is_found(bank: RememberingDisk) -> None:
    ref = _erased(bank)
    bank.change(ref, lambda stub: stub.pop("kept"))
    found = verify_log(bank.path, workers=1).findings
    assert any(one.index == ref.index for one in found)
