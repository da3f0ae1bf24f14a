"""A view that is signed is one that this home gave to this person, and nothing was said since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import approve_seen, ask_back, durable, opened, said, verdicts
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.answering import answer_question
from watchkeeper.loop.inbox import view_digest


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_view_is_signed_and_kept_and_its_time_is_ours(bank: Bank) -> None:
    handle = durable(bank)
    seen = opened(bank, handle)
    bank.clock.advance(90)
    assert approve_seen(bank, handle, seen=seen)["state"] == "approved"
    ((_, verdict, body),) = verdicts(bank)
    assert (verdict.view, verdict.timed) == (seen.view_digest, "home")
    assert 90_000 <= verdict.millis_taken < 91_000
    assert body["view"] == seen.view
    allowed(bank.come_back(handle))


def _not_given(view: dict[str, Any], receipt: str) -> tuple[dict[str, Any], str]:
    changed = {**view, "lately": []}
    return {**changed, "salt": "0" * 32}, receipt


def _of_nobody(view: dict[str, Any], receipt: str) -> tuple[dict[str, Any], str]:
    return view, f"{receipt[:-1]}{'0' if receipt[-1] != '0' else '1'}"


@pytest.mark.parametrize("change", [_not_given, _of_nobody])
def test_a_view_that_was_not_given_is_refused(bank: Bank, change: Any) -> None:
    handle = durable(bank)
    seen = opened(bank, handle)
    view, receipt = change(seen.view, seen.receipt)
    lied = replace(seen, view=view, view_digest=view_digest(view), receipt=receipt)
    with pytest.raises(CommandInvalid, match="not one that was given here"):
        approve_seen(bank, handle, seen=lied)


def test_the_view_of_another_person_or_action_is_refused(bank: Bank) -> None:
    first, second = durable(bank, amount=210), durable(bank, amount=210, note="second")
    with pytest.raises(CommandInvalid, match="not one that was given here"):
        approve_seen(bank, first, seen=opened(bank, first, "cyd"))
    with pytest.raises(CommandInvalid, match="not one that was given here"):
        approve_seen(bank, first, seen=opened(bank, second))


def test_a_digest_alone_is_no_view(bank: Bank) -> None:
    handle = durable(bank)
    with pytest.raises(CommandInvalid, match="not one that was given here"):
        bank.approve(handle, view=opened(bank, handle).view_digest)


def test_a_view_from_before_the_answer_is_stale(bank: Bank) -> None:
    handle = durable(bank)
    ask_back(bank, handle)
    seen = opened(bank, handle)
    answer_question(bank.home, "payer", handle, "the customer wrote again")
    with pytest.raises(CommandInvalid, match="something was said since"):
        approve_seen(bank, handle, seen=seen)
    assert approve_seen(bank, handle)["state"] == "approved"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def test_the_verifier_finds_another_view_than_was_signed(disk: DiskBank) -> None:
    handle = durable(disk)
    approve_seen(disk, handle)
    assert disk.verify().ok
    disk.withdraw(handle)
    (_, verdict, _), *_ = verdicts(disk)
    pending = disk.home.state.pending.by_handle(handle)
    assert pending is not None
    said(disk, replace(verdict, at=disk.home.now(), view="0" * 64), pending.digest)
    found = disk.verify()
    assert any("another view" in f.message for f in found.findings), found.findings
