"""A plan names Ana's key as Ben's too: by that plan one person could approve as two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle, public
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import enrolled, revoked
from tests.worlds.people import Passholder
from tests.worlds.reviews import bundle_with, durable
from watchkeeper.errors import CommandInvalid, NotAuthorised
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.statement import Entry, Payload, Record


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", bundle_with(approvals=2))
    yield bank
    bank.close()


def with_key(bank: DiskBank, person: str, key: str) -> Bundle:
    """Return the plan in force with one key more of a person."""
    bundle = bank.home.enforcer.bundle
    people = (
        replace(one, keys=(*one.keys, key)) if one.id == person else one for one in bundle.people
    )
    return replace(bundle, people=tuple(people))


def _with_passkey(passkey: Passkey, *people: str) -> Bundle:
    bundle = bank_bundle()
    changed = (
        replace(one, passkeys=(passkey,)) if one.id in people else one for one in bundle.people
    )
    return replace(bundle, people=tuple(changed))


def forced(bank: DiskBank, bundle: Bundle) -> None:
    """Put a plan into force as a home would that looks at nothing."""
    digest = bundle_digest(bundle_bytes(bundle))
    signed = {"plan": digest, "previous": bank.home.state.plan}
    before = next(e for e in reversed(bank.entries()) if e.record.kind is Kind.PLAN_RELEASE)
    said = replace(
        before.record.predicate,
        at=bank.home.now(),
        plan=digest,
        previous=bank.home.state.plan,
        people={one.id: one.keys for one in bundle.people if one.keys},
        signature=bank.sign("ana", "release", signed),
    )
    record, payload = (
        Record(Kind.PLAN_RELEASE, "plan", digest, said),
        Payload({"bundle": to_json(bundle)}),
    )
    ticket = bank.home.append(record, payload)
    ticket.wait(10)
    bank.home.adopt(Entry(ticket.ref, record, payload))


def test_a_key_is_refused(bank: DiskBank) -> None:
    plan = bank.home.state.plan
    with pytest.raises(CommandInvalid, match="`ben` has the same key as `ana`"):
        bank.release(with_key(bank, "ben", public("ana")))
    assert bank.home.state.plan == plan


def test_a_passkey_is_refused(bank: DiskBank) -> None:
    with pytest.raises(CommandInvalid, match="`cyd` has the same key as `ben`"):
        bank.release(_with_passkey(replace(Passholder("ben").passkey, name=""), "ben", "cyd"))


def test_a_passkey_that_another_registered_is_refused(bank: DiskBank) -> None:
    held = enrolled(bank, Passholder("ben"))
    with pytest.raises(CommandInvalid, match="`cyd` has the same key as `ben`"):
        bank.release(_with_passkey(replace(held.passkey, name=""), "cyd"))
    assert bank.verify().ok


def test_ones_own_registered_passkey_may_be_named(bank: DiskBank) -> None:
    held = enrolled(bank, Passholder("ben"))
    bank.release(_with_passkey(replace(held.passkey, name=""), "ben"))
    revoked(bank, "ana", held)
    bank.release(_with_passkey(replace(held.passkey, name=""), "cyd"))
    assert bank.verify().ok


def test_a_home_that_took_it_is_found_and_counts_the_key_once(bank: DiskBank) -> None:
    forced(bank, with_key(bank, "ben", public("ana")))
    found = [finding.message for finding in bank.verify().findings]
    assert "by this plan `ben` has the same key as `ana`" in found, found
    handle = durable(bank)
    bank.approve(handle, "ana")
    twice = bank.sign("ben", "approve", bank.verdict_body(handle), key="ana")
    with pytest.raises(NotAuthorised, match="this key approved it already"):
        bank.commands.run(twice, {})


def test_two_approvals_by_it_are_found(bank: DiskBank) -> None:
    forced(bank, with_key(bank, "ben", public("ana")))
    handle = durable(bank)
    bank.approve(handle, "ana")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    pending.keyids = {}
    twice = bank.sign("ben", "approve", bank.verdict_body(handle), key="ana")
    bank.commands.run(twice, {})
    found = [finding.message for finding in bank.verify().findings]
    assert any("by a key that had approved" in message for message in found), found
