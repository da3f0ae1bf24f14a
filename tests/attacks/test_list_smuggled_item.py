"""One signature decides a list that was shown: exactly that list, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay, reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import bundle_with, durable, listed, said, verdicts
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.steps import Escalated


@pytest.fixture
def bank() -> Bank:
    return Bank()


def _three(bank: Bank) -> list[str]:
    return [escalated(bank.ask(pay(210 + n, note=f"n{n}"))).handle for n in range(3)]


def _states(bank: Bank, handles: list[str]) -> list[str]:
    found = [bank.home.state.pending.by_handle(handle) for handle in handles]
    return [pending.state.value for pending in found if pending is not None]


def test_a_list_is_approved_with_one_signature(bank: Bank) -> None:
    handles = _three(bank)
    answer = bank.tell("ben", "approve-list", **listed(bank, handles))
    assert answer == {"items": [{"handle": h, "state": "approved"} for h in handles]}
    assert len({verdict.group for _, verdict, _ in verdicts(bank)}) == 1
    allowed(bank.come_back(handles[0]))


def test_a_list_is_refused_with_one_signature_and_a_reason(bank: Bank) -> None:
    handles = _three(bank)
    with pytest.raises(CommandInvalid, match="a reason is required to refuse"):
        bank.tell("ben", "refuse-list", **listed(bank, handles))
    reason, beside = reason_of("all of one order")
    bank.tell("ben", "refuse-list", beside, **listed(bank, handles, reason=reason))
    assert _states(bank, handles) == ["refused"] * 3


def _other_agent(body: dict[str, Any], bank: Bank) -> None:
    other = escalated(bank.ask(pay(20, why="broken", note="other"))).handle
    body["items"].append(listed(bank, [other])["items"][0])


def _of_another(body: dict[str, Any], bank: Bank) -> None:
    body["items"][1]["binding"] = body["items"][0]["binding"]


def _twice(body: dict[str, Any], bank: Bank) -> None:
    body["items"].append(body["items"][0])


def _too_many(body: dict[str, Any], bank: Bank) -> None:
    body["items"] = [dict(body["items"][0], handle=f"esc_{n}") for n in range(51)]


def _unknown(body: dict[str, Any], bank: Bank) -> None:
    body["items"][2]["handle"] = "esc_" + "0" * 32


def _more_in_an_item(body: dict[str, Any], bank: Bank) -> None:
    body["items"][0]["note"] = "as agreed"


def _no_list(body: dict[str, Any], bank: Bank) -> None:
    body["items"] = {"handle": "x"}


def _decided_meanwhile(body: dict[str, Any], bank: Bank) -> None:
    bank.refuse(body["items"][2]["handle"])


def _approved_already(body: dict[str, Any], bank: Bank) -> None:
    bank.approve(body["items"][0]["handle"], "ben")


@pytest.mark.parametrize(
    "change",
    [
        _of_another,
        _twice,
        _too_many,
        _unknown,
        _more_in_an_item,
        _no_list,
        _decided_meanwhile,
        _approved_already,
        _other_agent,
    ],
)
def test_one_item_that_does_not_hold_refuses_the_list(change: Any) -> None:
    bank = Bank()
    handles = [escalated(bank.ask(pay(210 + n, note=f"n{n}"))).handle for n in range(2)]
    handles += (
        [escalated(bank.ask(pay(212, note="n2"))).handle] if change is not _other_agent else []
    )
    body = listed(bank, handles)
    change(body, bank)
    before = _states(bank, handles)
    with pytest.raises((CommandInvalid, NotAuthorised)):
        bank.tell("ben", "approve-list", **body)
    assert _states(bank, handles) == before


def test_a_list_is_used_once(bank: Bank) -> None:
    handles = _three(bank)
    signature = bank.sign("ben", "approve-list", listed(bank, handles))
    bank.commands.run(signature, {})
    bank.withdraw(handles[0])
    with pytest.raises(CommandInvalid, match="given before"):
        bank.commands.run(signature, {})
    bank.crash()
    with pytest.raises(CommandInvalid, match="given before"):
        bank.commands.run(signature, {})
    assert isinstance(bank.come_back(handles[0]), Escalated)


def test_separation_holds_for_each_item() -> None:
    bank = Bank(bundle_with(separate=("author",)))
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.tell("ana", "approve-list", **listed(bank, _three(bank)))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def test_a_list_verifies_and_what_a_lying_home_adds_does_not(disk: DiskBank) -> None:
    handles = [durable(disk, amount=210, note=f"n{n}") for n in range(2)]
    disk.tell("ben", "approve-list", **listed(disk, handles))
    answer = allowed(disk.come_back(handles[0]))
    answer.ticket.wait(10)
    assert disk.verify().ok
    smuggled = durable(disk, amount=210, note="smuggled")
    pending = disk.home.state.pending.by_handle(smuggled)
    assert pending is not None
    (_, verdict, _), *_ = verdicts(disk)
    lied = replace(
        verdict,
        at=disk.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        shown=pending.shown,
    )
    said(disk, lied, pending.digest)
    found = disk.verify()
    assert any("a list that does not hold it" in f.message for f in found.findings)


def test_one_item_used_twice_is_found(disk: DiskBank) -> None:
    handle = durable(disk, amount=210)
    disk.tell("ben", "approve-list", **listed(disk, [handle]))
    disk.withdraw(handle)
    (_, verdict, _), *_ = verdicts(disk)
    pending = disk.home.state.pending.by_handle(handle)
    assert pending is not None
    said(disk, replace(verdict, at=disk.home.now()), pending.digest)
    found = disk.verify()
    assert any("used before" in f.message for f in found.findings), found.findings


def test_a_list_of_verdicts_is_no_verdict_on_its_own(disk: DiskBank) -> None:
    handle = durable(disk, amount=210)
    disk.tell("ben", "approve-list", **listed(disk, [handle]))
    (_, verdict, _), *_ = verdicts(disk)
    pending = disk.home.state.pending.by_handle(handle)
    assert pending is not None
    said(disk, replace(verdict, at=disk.home.now(), group=None), pending.digest)
    assert not disk.verify().ok
