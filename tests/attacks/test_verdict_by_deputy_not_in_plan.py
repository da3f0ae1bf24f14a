"""Somebody whom the plan names as no deputy is made one, or makes themselves one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, escalated
from tests.worlds.disk_bank import DiskBank
from tests.worlds.standing import absence_body, go_away, lied, messages, more, standing_plan
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.standing import AbsenceRecord
from watchkeeper.verify.people import same_authority


@pytest.mark.parametrize(
    ("by", "changes", "message"),
    [
        ("ben", {"deputy": "zoe"}, "as no deputy"),
        ("ben", {"deputy": "cyd"}, "as no deputy"),
        ("ben", {"role": "release"}, "does not hold the role"),
        ("ana", {"role": "release", "person": "ana"}, "as no deputy"),
        ("cyd", {"person": "ben"}, "or a holder of `operate`"),
        ("dan", {"person": "ben"}, "or a holder of `operate`"),
        ("dan", {"person": "dan"}, "does not hold the role"),
    ],
)
def test_it_is_refused(by: str, changes: dict[str, str], message: str) -> None:
    bank = Bank(standing_plan())
    body = absence_body(bank, **{"person": "ben", **changes})
    with pytest.raises(NotAuthorised, match=message):
        bank.commands.run(bank.sign(by, "away", body), {})


def test_a_holder_of_operate_says_so_for_another_and_never_for_themselves_as_deputy() -> None:
    before = standing_plan()
    plan = replace(before, roles={**before.roles, "operate": ("ana", "dan")})
    bank = Bank(plan)
    body = absence_body(bank, "ben")
    with pytest.raises(NotAuthorised, match="nobody makes themselves a deputy"):
        bank.commands.run(bank.sign("dan", "away", body), {})
    go_away(bank, "ben", by="ana")


def test_a_holder_is_no_deputy_whatever_the_plan_says() -> None:
    bank = Bank(replace(standing_plan(), deputies={"lead": ("cyd",)}))
    with pytest.raises(NotAuthorised, match="holds the role already"):
        go_away(bank, deputy="cyd")


def test_an_id_is_used_once() -> None:
    bank = Bank(standing_plan())
    go_away(bank, id="holiday")
    with pytest.raises(CommandInvalid, match="was used before"):
        go_away(bank, "cyd", id="holiday")


@pytest.mark.parametrize("what", ["deputies", "holder"])
def test_a_release_that_takes_one_of_the_two_out_ends_it_for_good(what: str) -> None:
    bank, before = Bank(standing_plan()), standing_plan()
    stead = go_away(bank)
    changes = {"deputies": {}} if what == "deputies" else {"roles": _without_ben()}
    bank.release(replace(before, **changes))
    bank.release(before)
    assert bank.tell("ana", "absences") == []
    handle = escalated(bank.ask(more(300))).handle
    with pytest.raises(NotAuthorised, match="does not stand in for"):
        bank.approve(handle, "dan", **stead)


def _without_ben() -> dict[str, tuple[str, ...]]:
    return {**standing_plan().roles, "lead": ("ana", "cyd")}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", standing_plan())
    yield bank
    bank.close()


@pytest.mark.parametrize(
    ("by", "changes", "message"),
    [
        ("ben", {"deputy": "cyd"}, "as no deputy of a holder"),
        ("cyd", {}, "does not hold the role `operate`"),
        ("dan", {}, "recorded by the deputy"),
        ("ben", {"until": "2027-12-01T08:00:00.000000Z"}, "lasts too long"),
    ],
)
def test_the_verifier_finds_what_a_lying_home_records(
    bank: DiskBank, by: str, changes: dict[str, str], message: str
) -> None:
    go_away(bank, "cyd", until=render_instant(bank.home.now().plus(60)))
    body = {**absence_body(bank, "ben"), **changes}
    signature = bank.sign(by, "away", body)
    said = {**body, "at": str(bank.home.now()), "by": by, "signature": to_json(signature)}
    lied(bank, from_json(AbsenceRecord, said))
    found = messages(bank)
    assert len(found) == 1
    assert message in found.pop()


def test_a_release_that_names_another_deputy_than_its_plan_is_found(bank: DiskBank) -> None:
    release = next(e for e in bank.entries() if e.record.kind is Kind.PLAN_RELEASE)
    plan = bundle_bytes(standing_plan())
    assert same_authority(plan, release.record.predicate)
    assert not same_authority(plan, replace(release.record.predicate, deputies={"lead": ("cyd",)}))
