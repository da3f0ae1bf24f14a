"""A verdict by passkey, verified offline; and every part of it changed once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import allowed, bank_bundle, escalated, pay
from tests.worlds.disk_bank import DiskBank
from tests.worlds.people import Passholder
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import bundle_bytes
from watchkeeper.records.action import Status
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Assertion, Passkey, Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console
from watchkeeper.verify.people import Authority, Commands, authority_of, same_authority

PLACE = "https://watch.example"
BODY = {"scopeKind": "all", "scopeName": ""}


def ben() -> Passholder:
    return Passholder("ben", origin=PLACE, rp_id="watch.example")


def _bundle() -> Bundle:
    """The bank's plan: Ben has a passkey and no key besides, Cyd has both."""
    people = {person.id: person for person in bank_bundle().people}
    people["ben"] = replace(people["ben"], keys=(), passkeys=(ben().passkey,))
    people["cyd"] = replace(people["cyd"], passkeys=(Passholder("cyd").passkey,))
    return replace(bank_bundle(), people=tuple(people.values()), console=Console(PLACE))


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home", _bundle())
    yield bank
    bank.close()


def _approved(bank: DiskBank, **changes: object) -> None:
    """The agent asks for much, Ben approves with his passkey, and the agent has it."""
    asked = escalated(bank.ask(pay(300, **changes)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    handle = asked.handle
    body = {**bank.verdict_body(handle), "millis": 900}
    said = ben().command(bank.log.origin, "approve", body, at=bank.clock.wall())
    assert bank.commands.run(said, {})["state"] == "approved"
    answer = allowed(bank.come_back(handle))
    bank.kernel.finish(answer, Status.SUCCEEDED, bank.home.now(), {"content": []}).wait(10)


def test_a_verdict_by_passkey_verifies(bank: DiskBank) -> None:
    _approved(bank)
    found = bank.verify()
    assert found.findings == ()
    assert found.ok
    assert found.counts["verdict"] == 1


def test_it_verifies_in_a_shard_that_takes_the_passkeys_over(bank: DiskBank) -> None:
    _approved(bank)
    bank.roll()
    assert bank.home.state.authority.console == PLACE
    stop = ben().command(bank.log.origin, "stop", {**BODY, "reason": None}, at=bank.clock.wall())
    assert bank.commands.run(stop, {})["stopped"] == {"kind": "all", "name": ""}
    bank.restart()
    assert set(bank.home.state.authority.passkeys) == {"ben", "cyd"}
    assert bank.verify().ok


def _release(bank: DiskBank) -> PlanReleaseRecord:
    found = [e.record.predicate for e in bank.entries() if e.record.kind is Kind.PLAN_RELEASE]
    assert isinstance(found[0], PlanReleaseRecord)
    return found[0]


def _problem(authority: Authority, signature: Signature) -> str | None:
    return Commands("o").problem(signature, authority, "ben", "stop", BODY)


def _client(signature: Signature, old: bytes, new: bytes) -> Signature:
    assert signature.assertion is not None
    raw = base64.b64decode(signature.assertion.client_data)
    assert old in raw
    changed = base64.b64encode(raw.replace(old, new)).decode()
    return replace(signature, assertion=replace(signature.assertion, client_data=changed))


def _without_flag(signature: Signature) -> Signature:
    assert signature.assertion is not None
    raw = bytearray(base64.b64decode(signature.assertion.authenticator_data))
    raw[32] &= ~4
    changed = base64.b64encode(raw).decode()
    return replace(signature, assertion=replace(signature.assertion, authenticator_data=changed))


def _payload(signature: Signature) -> Signature:
    said = base64.b64decode(signature.payload)
    assert parse_json(said)["verb"] == "stop"
    changed = said.replace(b'"scopeKind":"all"', b'"scopeKind":"tool"')
    return replace(signature, payload=base64.b64encode(changed).decode())


CHANGES: dict[str, Callable[[Signature], Signature]] = {
    "what was signed": _payload,
    "the site": lambda s: _client(s, PLACE.encode(), b"https://other.example"),
    "the challenge": lambda s: _client(s, b'"challenge":"', b'"challenge":"A'),
    "a flag": _without_flag,
    "the key": lambda s: replace(s, keyid=Passholder("cyd").keyid),
    "the signature": lambda s: replace(s, sig=base64.b64encode(b"0" * 70).decode()),
    "no assertion": lambda s: replace(s, assertion=None),
    "an empty assertion": lambda s: replace(s, assertion=Assertion("", "")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_part_of_it_counts(bank: DiskBank, what: str) -> None:
    authority = authority_of(_release(bank))
    signature = ben().command("o", "stop", BODY)
    assert _problem(authority, signature) is None
    assert _problem(authority, CHANGES[what](signature)) is not None


def test_a_passkey_is_its_persons_alone(bank: DiskBank) -> None:
    authority = authority_of(_release(bank))
    stranger = Passholder("cyd", origin=PLACE, rp_id="watch.example")
    stolen = replace(stranger.command("o", "stop", BODY))
    assert _problem(authority, stolen) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"passkeys": {"ben": (Passholder("eve").passkey,)}},
        {"passkeys": {}},
        {"console": "https://evil.example"},
        {"console": None},
    ],
)
def test_a_release_that_names_others_than_its_plan_is_found(
    bank: DiskBank, change: dict[str, dict[str, tuple[Passkey, ...]] | str | None]
) -> None:
    plan, release = bundle_bytes(_bundle()), _release(bank)
    assert same_authority(plan, release)
    assert not same_authority(plan, replace(release, **change))  # type: ignore[arg-type]
