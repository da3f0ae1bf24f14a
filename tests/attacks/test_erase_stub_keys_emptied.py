"""What an erasure kept of a payload is taken away later, or was never kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import pay
from tests.worlds.tampered import TamperedBank, once
from watchkeeper.errors import LedgerError, LogInconsistent
from watchkeeper.ledger.erasure import render_stub
from watchkeeper.loop.steps import Stored
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log

DAY = 86_400
OTHER_KEYS = "the payload's `keys` is another than recorded"
TOO_SOON = "erased, and keys of retries that still counted then were not kept"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[TamperedBank]:
    bank = TamperedBank(tmp_path / "home")
    yield bank
    bank.close()


def erased(bank: TamperedBank, ref: Ref) -> None:
    bank.erase(asked="records", spans=[[ref.index, ref.index + 2]])


def steps(bank: TamperedBank) -> list[tuple[int, int | None, str]]:
    found = verify_log(bank.path, workers=1).findings
    return [(one.step, one.index, one.message) for one in found]


def test_a_retry_after_an_erasure_is_still_told(bank: TamperedBank) -> None:
    ref = bank.paid(once("a")).ticket.ref
    erased(bank, ref)
    stub = bank.log.entry(ref).erased
    assert stub is not None
    assert set(stub.kept) == {"keys", "same", "salts"}
    assert set(stub.kept["salts"]) == {"keys", "same"}
    bank.restart()
    again = bank.ask(once("a"))
    assert isinstance(again, Stored)
    assert again.erased
    assert bank.verify().ok


STUBS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing kept": lambda stub: stub.pop("kept"),
    "no keys": lambda stub: stub["kept"].update(keys=[]),
    "another key": lambda stub: stub["kept"]["keys"][0].update(id="0" * 64),
    "for a moment": lambda stub: stub["kept"]["keys"][0].update(seconds=0),
    "no salts": lambda stub: stub["kept"].pop("salts"),
}


@pytest.mark.parametrize("how", STUBS.values(), ids=STUBS)
def test_a_stub_whose_keys_are_others(
    bank: TamperedBank, how: Callable[[dict[str, Any]], Any]
) -> None:
    ref = bank.paid(once("a")).ticket.ref
    erased(bank, ref)
    bank.change(ref, how)
    with pytest.raises(LogInconsistent, match=f"record {ref} is not the recorded one"):
        bank.restart()
    assert steps(bank) == [(13, ref.index, OTHER_KEYS)]


def test_a_stub_without_what_makes_calls_the_same(bank: TamperedBank) -> None:
    ref = bank.paid(once("a")).ticket.ref
    erased(bank, ref)
    bank.change(ref, lambda stub: stub["kept"].pop("same"))
    with pytest.raises(LogInconsistent, match="is not the recorded one"):
        bank.restart()
    assert steps(bank) == [(20, ref.index, TOO_SOON)]


def test_a_derived_key_that_was_erased_too_soon(bank: TamperedBank) -> None:
    ref = bank.paid(pay(10, note="rent")).ticket.ref
    erased(bank, ref)
    bank.change(ref, lambda stub: stub.pop("kept"))
    with pytest.raises(LogInconsistent, match="is not the recorded one"):
        bank.restart()
    assert steps(bank) == [(20, ref.index, TOO_SOON)]


def test_a_derived_key_goes_with_its_window(bank: TamperedBank) -> None:
    ref = bank.paid(pay(10, note="rent")).ticket.ref
    bank.clock.advance(DAY)
    erased(bank, ref)
    assert bank.log.entry(ref).erased is not None
    assert not bank.log.entry(ref).beside
    bank.restart()
    assert bank.verify().ok


def test_a_stub_in_the_place_of_a_payload_that_nobody_erased(bank: TamperedBank) -> None:
    ref = bank.paid(once("a")).ticket.ref
    bank.change_raw({ref: lambda raw: render_stub(99, {}, len(raw))})
    with pytest.raises(LogInconsistent, match="is not the recorded one"):
        bank.restart()
    assert (13, ref.index, OTHER_KEYS) in steps(bank)


def test_a_stub_in_the_place_of_what_waits(bank: TamperedBank) -> None:
    """The call could be made again, and would wait a second time."""
    ref, _ = bank.waiting(once("a", 400))
    bank.change_raw({ref: lambda raw: render_stub(99, {}, len(raw))})
    with pytest.raises(LogInconsistent, match="is not the recorded one"):
        bank.restart()
    assert (20, ref.index, "its payload was erased, and no record says so") in steps(bank)


def test_what_was_changed_before_is_not_kept_by_an_erasure(bank: TamperedBank) -> None:
    """Changed while the home is open: nothing is kept of it, and nothing is removed."""
    ref = bank.paid(once("a")).ticket.ref
    bank.log.publish_now()
    segment = bank.path / "segments" / "00000000.seg"
    body = dict(bank.log.entry(ref).payload.body)  # type: ignore[union-attr]
    before = json.dumps(body["keys"][0]["id"]).encode()
    bank.roll()
    segment.write_bytes(_recomputed(segment.read_bytes(), before, b'"' + b"0" * 64 + b'"'))
    with pytest.raises(LedgerError, match="is not the recorded one"):
        erased_in_older(bank, ref)
    assert b"shop of a" in segment.read_bytes()


def erased_in_older(bank: TamperedBank, ref: Ref) -> None:
    bank.erase(asked="records", spans=[[ref.index, ref.index + 2]], shard=0)


def _recomputed(raw: bytes, old: bytes, new: bytes) -> bytes:
    from watchkeeper.ledger.frame import frames_of, render_frame

    return b"".join(
        render_frame(f.index, f.batch, f.envelope, f.payload.replace(old, new))
        for f in frames_of(raw)
    )
