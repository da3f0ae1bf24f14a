"""Who wrote the rule, or gave the grant, does not approve what it lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import Bank, allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import REVIEW, bundle_with, durable, said, verdicts
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.verify.people import same_authority


def _apart(**changes: object) -> Bundle:
    return bundle_with(separate=("author",), **changes)


def _release(bank: Bank, bundle: Bundle, by: str, **more: object) -> None:
    body = {"plan": bundle_digest(bundle_bytes(bundle)), "previous": bank.home.state.plan, **more}
    bank.tell(by, "release", {"bundle": to_json(bundle)}, **body)


def test_the_author_of_the_rule_can_not_approve() -> None:
    bank = Bank(_apart())
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "ana")
    bank.approve(handle, "ben")
    allowed(bank.come_back(handle))


def test_nor_refuse_so_that_nobody_else_is_asked() -> None:
    bank = Bank(_apart())
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.refuse(handle, "ana")


def test_a_release_that_leaves_the_rule_alone_does_not_wash_its_author_off() -> None:
    bank = Bank(_apart())
    roles = {**bank.home.enforcer.bundle.roles, "release": ("ana", "ben")}
    _release(bank, replace(_apart(), roles=roles), "ana")
    other = replace(_apart(), roles=roles, scope="Said otherwise.")
    _release(bank, other, "ben")
    assert bank.home.state.authority.written_by == {REVIEW: "ana"}
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "ana")
    bank.approve(handle, "ben")


def test_a_change_of_the_grant_makes_another_author() -> None:
    bank = Bank(_apart())
    before = _apart()
    grants = tuple(replace(grant, valid_until=None) for grant in before.grants)
    _release(bank, replace(before, grants=grants), "ana", writtenBy="cyd")
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "cyd")
    bank.approve(handle, "ana")


def test_nobody_unknown_can_be_named_as_author() -> None:
    bank = Bank()
    with pytest.raises(CommandInvalid, match="nobody whom the plan names"):
        _release(bank, _apart(), "ana", writtenBy="zoe")


def test_the_grantor_can_not_approve() -> None:
    bank = Bank(bundle_with(separate=("grantor",)))
    handle = escalated(bank.ask(pay(300))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "ana")
    bank.approve(handle, "cyd")


def test_it_stays_so_after_a_restart_and_in_the_next_shard() -> None:
    bank = Bank(_apart())
    handle = escalated(bank.ask(pay(300))).handle
    bank.crash()
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "ana")
    bank.roll()
    bank.crash()
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(handle, "ana")
    later = escalated(bank.ask(pay(300, note="later"))).handle
    with pytest.raises(NotAuthorised, match="keeps apart"):
        bank.approve(later, "ana")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", _apart())
    yield bank
    bank.close()


def _forged(bank: DiskBank, person: str) -> None:
    """A home that lies records a verdict of this person, who really signed it."""
    handle = durable(bank)
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    bank.approve(handle, "ben")
    ((_, verdict, _),) = verdicts(bank)
    signature = bank.sign(person, "approve", bank.verdict_body(handle))
    made = replace(verdict, reviewer=person, signature=signature, at=bank.home.now())
    said(bank, made, pending.digest)


def test_the_verifier_finds_what_a_lying_home_records(bank: DiskBank) -> None:
    assert bank.verify().ok
    _forged(bank, "ana")
    found = bank.verify()
    assert any("keeps apart" in finding.message for finding in found.findings), found.findings


def test_a_release_that_names_an_author_whom_nobody_signed_for_is_found(bank: DiskBank) -> None:
    before = next(e for e in bank.entries() if e.record.kind is Kind.PLAN_RELEASE)
    body = {"plan": before.record.predicate.plan, "previous": bank.home.state.plan}
    signature = bank.sign("ana", "release", body)
    lied = replace(
        before.record.predicate,
        at=bank.home.now(),
        previous=bank.home.state.plan,
        signature=signature,
        written_by={REVIEW: "cyd"},
    )
    ticket = bank.log.append(replace(before.record, predicate=lied), before.payload)
    ticket.wait(10)
    found = bank.verify()
    assert any("which nobody signed" in finding.message for finding in found.findings)


def test_a_release_that_leaves_the_author_out_is_not_its_plan(bank: DiskBank) -> None:
    release = next(e for e in bank.entries() if e.record.kind is Kind.PLAN_RELEASE)
    plan = bundle_bytes(_apart())
    assert same_authority(plan, release.record.predicate)
    assert not same_authority(plan, replace(release.record.predicate, written_by={}))
