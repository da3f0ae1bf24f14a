"""A deputy answers before the holder is away, after they are back, or beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import ask_back, listed, record_kind
from tests.worlds.standing import (
    absence_body,
    after,
    go_away,
    lied,
    messages,
    more,
    standing_plan,
    stead_of,
)
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.loop.inbox import Inbox
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.standing import AbsenceEndedRecord
from watchkeeper.records.statement import Record


def waits(bank: Bank, amount: float = 300, **changes: object) -> str:
    asked = escalated(bank.ask(more(amount, **changes)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    return asked.handle


def test_in_time_the_deputy_is_the_holder() -> None:
    bank = Bank(standing_plan())
    stead = go_away(bank)
    handle = waits(bank)
    mine = Inbox(bank.home).items("dan").items[0].mine
    assert (mine.may, mine.roles, [a.person for a in mine.deputy]) == (True, ("lead",), ["ben"])
    assert bank.approve(handle, "dan", **stead)["state"] == "approved"
    allowed(bank.come_back(handle))


def test_a_deputy_may_ask_back_refuse_and_decide_a_list() -> None:
    bank = Bank(standing_plan())
    stead = go_away(bank)
    first, second = waits(bank), waits(bank)
    ask_back(bank, first, "dan", **stead)
    bank.tell("dan", "approve-list", **listed(bank, [first, second], **stead))
    third = waits(bank)
    assert bank.refuse(third, "dan", **stead)["state"] == "refused"


def test_without_saying_for_whom_it_is_nobodys_verdict() -> None:
    bank = Bank(standing_plan())
    stead, handle = go_away(bank), waits(bank)
    for body in ({}, {"for": "ben"}, {"absence": stead["absence"]}, {**stead, "for": "cyd"}):
        with pytest.raises(NotAuthorised):
            bank.approve(handle, "dan", **body)


def test_before_it_begins_and_after_it_ends() -> None:
    bank = Bank(standing_plan())
    stead = go_away(bank, since=after(bank, 60), until=after(bank, 120))
    handle = waits(bank)
    with pytest.raises(NotAuthorised, match="does not stand in for"):
        bank.approve(handle, "dan", **stead)
    assert Inbox(bank.home).items("dan").items == ()
    bank.clock.advance(119)
    assert bank.approve(waits(bank), "dan", **stead)["state"] == "approved"
    bank.clock.advance(1)
    with pytest.raises(NotAuthorised, match="does not stand in for"):
        bank.approve(handle, "dan", **stead)


def test_after_the_holder_came_back_early() -> None:
    bank = Bank(standing_plan())
    stead, handle = go_away(bank), waits(bank)
    absence = bank.tell("ben", "absences")[0]["id"]
    with pytest.raises(NotAuthorised, match="may end it"):
        bank.tell("cyd", "end-absence", id=absence, reason=None)
    bank.tell("ben", "end-absence", id=absence, reason=None)
    with pytest.raises(NotAuthorised, match="does not stand in for"):
        bank.approve(handle, "dan", **stead)


@pytest.mark.parametrize(
    ("since", "until"), [(0, 91 * 86_400), (0, 0), (-100, -50), (60, 30), (-86_400 * 91, 60)]
)
def test_an_absence_is_dated_and_not_for_good(since: int, until: int) -> None:
    bank = Bank(standing_plan())
    with pytest.raises(CommandInvalid, match="at most 90 days"):
        go_away(bank, since=after(bank, since), until=after(bank, until))


def test_two_absences_of_one_person_do_not_overlap() -> None:
    bank = Bank(replace(standing_plan(), deputies={"lead": ("dan", "eve")}))
    go_away(bank, until=after(bank, 60))
    with pytest.raises(CommandInvalid, match="away then already"):
        go_away(bank, deputy="eve", since=after(bank, 59))
    go_away(bank, deputy="eve", since=after(bank, 60))


def two() -> Bank:
    """A bank where two of the leads have to approve, and Ben is away."""
    return Bank(standing_plan(approvals=2))


def test_who_is_away_and_the_deputy_are_one_voice() -> None:
    bank = two()
    handle = waits(bank)
    bank.approve(handle, "ben")
    stead = go_away(bank)
    with pytest.raises(NotAuthorised, match="only one may approve"):
        bank.approve(handle, "dan", **stead)
    assert bank.approve(handle, "cyd")["state"] == "approved"


def test_nor_the_other_way_round() -> None:
    bank = two()
    stead, handle = go_away(bank), waits(bank)
    bank.approve(handle, "dan", **stead)
    with pytest.raises(NotAuthorised, match="only one may approve"):
        bank.approve(handle, "ben")
    assert bank.approve(handle, "ana")["state"] == "approved"


def test_one_deputy_of_two_is_one_person() -> None:
    bank = two()
    first, second = go_away(bank, "ben"), go_away(bank, "cyd")
    handle = waits(bank)
    bank.approve(handle, "dan", **first)
    with pytest.raises(NotAuthorised, match="approved it already"):
        bank.approve(handle, "dan", **second)


def test_what_keeps_the_holder_out_keeps_the_deputy_out() -> None:
    bank = Bank(standing_plan(separate=("author",)))
    stead = go_away(bank, "ana")
    handle = waits(bank)
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "dan", **stead)
    mine = Inbox(bank.home).items("dan").items[0].mine
    assert not mine.may
    assert "neither may who stands in" in mine.why or "keeps apart" in mine.why
    other = go_away(bank, "ben")
    with pytest.raises(NotAuthorised, match="action of their own"):
        bank.approve(waits(bank, on_behalf_of="ben"), "dan", **other)


def test_it_is_known_after_a_restart_and_in_the_next_shard() -> None:
    bank = Bank(standing_plan())
    stead, handle = go_away(bank), waits(bank)
    bank.crash()
    bank.roll()
    bank.crash()
    assert bank.approve(handle, "dan", **stead)["state"] == "approved"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


def test_all_of_it_is_verified_over_shards(bank: DiskBank) -> None:
    stead, first = go_away(bank), waits(bank)
    ask_back(bank, first, "dan", **stead)
    bank.approve(first, "dan", **stead)
    second = waits(bank)
    bank.roll()
    bank.tell("dan", "approve-list", **listed(bank, [second], **stead))
    allowed(bank.come_back(first)).ticket.wait(10)
    allowed(bank.come_back(second)).ticket.wait(10)
    assert messages(bank) == set()


def _forged(bank: DiskBank, stead: dict[str, object]) -> None:
    """Dan signs, and the home lies that he stood in then."""
    handle = waits(bank)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    before = next(
        e.record.predicate for e in bank.entries() if isinstance(e.record.predicate, VerdictRecord)
    )
    signature = bank.sign("dan", "approve", {**bank.verdict_body(handle), **stead})
    made = replace(
        before,
        at=bank.home.now(),
        action_id=pending.action_id,
        decision=pending.decision,
        shown=pending.shown,
        signature=signature,
    )
    bank.home.append(Record(Kind.VERDICT, "action", pending.digest, made)).wait(10)


def test_the_verifier_finds_a_verdict_out_of_time(bank: DiskBank) -> None:
    stead = go_away(bank, until=after(bank, 60))
    bank.approve(waits(bank), "dan", **stead)
    assert messages(bank) == set()
    bank.clock.advance(61)
    _forged(bank, stead)
    assert messages(bank) == {"24 verdict: `dan` stood in for nobody as `lead` then"}


def test_and_one_after_the_holder_was_back(bank: DiskBank) -> None:
    stead = go_away(bank)
    bank.approve(waits(bank), "dan", **stead)
    reason, beside = reason_of("back")
    bank.tell("ben", "end-absence", beside, id=bank.tell("ben", "absences")[0]["id"], reason=reason)
    _forged(bank, stead)
    assert messages(bank) == {"24 verdict: `dan` stood in for nobody as `lead` then"}


def test_and_an_end_that_a_stranger_signed(bank: DiskBank) -> None:
    go_away(bank)
    absence = bank.tell("ben", "absences")[0]["id"]
    signature = bank.sign("cyd", "end-absence", {"id": absence, "reason": None})
    said = AbsenceEndedRecord(bank.home.now(), absence, "cyd", "", signature)
    assert record_kind(said) is Kind.ABSENCE_ENDED
    lied(bank, said)
    assert messages(bank) == {"24 absence-ended: `cyd` does not hold the role `operate`"}


def test_a_home_that_lets_both_count_is_found(tmp_path: Path) -> None:
    bank = DiskBank(tmp_path / "two", standing_plan(approvals=2))
    try:
        stead = go_away(bank)
        bank.approve(waits(bank), "dan", **stead)
        handle = waits(bank)
        bank.approve(handle, "ben")
        pending = bank.home.state.pending.by_handle(handle)
        assert pending is not None
        before = [e.record.predicate for e in bank.entries() if e.record.kind is Kind.VERDICT]
        signature = bank.sign("dan", "approve", {**bank.verdict_body(handle), **stead})
        made = replace(
            before[-1],
            reviewer="dan",
            stands_in_for="ben",
            absence=before[0].absence,
            signature=signature,
        )
        bank.home.append(Record(Kind.VERDICT, "action", pending.digest, made)).wait(10)
        assert any("stood in for them" in message for message in messages(bank))
    finally:
        bank.close()


def test_the_world_says_what_it_is_told() -> None:
    bank = Bank(standing_plan())
    body = absence_body(bank)
    bank.commands.run(bank.sign("ben", "away", body), {})
    assert stead_of(bank, body["id"])["for"] == "ben"
