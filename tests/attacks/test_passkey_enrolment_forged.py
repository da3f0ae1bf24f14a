"""A gateway that lies writes a passkey into the log that nobody let it: `log verify` finds it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.disk_bank import DiskBank
from tests.worlds.enrolled import added, code_for, enrolled, given, revoked, signed, told
from tests.worlds.people import Passholder
from watchkeeper.do.state.parts import Passkeys
from watchkeeper.errors import CommandInvalid, WatchkeeperError
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.envelope import command_body
from watchkeeper.loop.codes import code_of
from watchkeeper.loop.enrolment import enrol, record_of
from watchkeeper.records.administration import ScopeKind, StopRecord, StopScope
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Passkey, PasskeyRecord, PasskeyRevokedRecord, Signature
from watchkeeper.records.statement import Record

CODE = b"0123456789abcdef"
EVE = Passholder("eve")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _code(bank: DiskBank, by: str, person: str, seconds: float = 590) -> PasskeyRecord:
    """A record of Eve's key for a person, by a code that `by` signed for."""
    expires = render_instant(bank.clock.wall().plus(seconds))
    body = {"person": person, "digest": hashlib.sha256(CODE).hexdigest(), "expires": expires}
    signature = bank.sign(by, "console-code", body)
    vouched = None if by == person else by
    passkey = replace(_plain(EVE), vouched_by=vouched)
    return PasskeyRecord(bank.home.now(), person, passkey, by, signature, CODE.hex())


def _plain(holder: Passholder) -> Passkey:
    return replace(holder.passkey, name="")


def _added(bank: DiskBank, by: str, person: str) -> PasskeyRecord:
    passkey = _plain(EVE)
    body = {
        "credential": passkey.credential,
        "publicKey": passkey.public_key,
        "algorithm": passkey.algorithm,
    }
    signature = bank.sign(by, "add-passkey", body)
    return PasskeyRecord(bank.home.now(), person, passkey, by, signature)


def _later(bank: DiskBank) -> PasskeyRecord:
    made = _code(bank, "ben", "ben")
    bank.clock.advance(600)
    return replace(made, at=bank.home.now())


def _key_of_cyd(bank: DiskBank) -> PasskeyRecord:
    passkey = _plain(enrolled(bank, Passholder("cyd")))
    return replace(_code(bank, "ben", "ben"), passkey=passkey)


def _again(bank: DiskBank) -> PasskeyRecord:
    made = _code(bank, "ben", "ben")
    bank.home.append(record_of(made)).wait(10)
    return replace(made, passkey=_plain(Passholder("ben", seed="2")))


def _washed(bank: DiskBank) -> PasskeyRecord:
    first = enrolled(bank, Passholder("ben"), by="ana")
    added(bank, first, Passholder("ben", seed="2"))
    said = bank.entries()[-1].record.predicate
    body = {
        "credential": EVE.passkey.credential,
        "publicKey": EVE.passkey.public_key,
        "algorithm": -7,
    }
    signature = signed(bank, first, "add-passkey", **body)
    assert isinstance(said, PasskeyRecord)
    return replace(said, passkey=_plain(EVE), signature=signature)


def _by_one_vouched_for(bank: DiskBank) -> PasskeyRecord:
    first = enrolled(bank, Passholder("ben"), by="ana")
    made = _code(bank, "ben", "ben")
    body = dict(command_body(made.signature))
    return replace(made, signature=signed(bank, first, "console-code", **body))


def _revoked(bank: DiskBank) -> PasskeyRecord:
    ben = enrolled(bank, Passholder("ben"))
    revoked(bank, "ben", ben)
    return replace(_code(bank, "ben", "ben"), passkey=_plain(ben))


FORGED: dict[str, tuple[Callable[[DiskBank], PasskeyRecord], str]] = {
    "a code of somebody without the role": (lambda b: _code(b, "cyd", "ben"), "role `release`"),
    "a code that was never given": (
        lambda b: replace(_code(b, "ben", "ben"), code="00" * 16),
        "another digest",
    ),
    "a code for another person": (
        lambda b: replace(_code(b, "ben", "ben"), person="cyd"),
        "another person",
    ),
    "no signature for it": (
        lambda b: replace(_code(b, "ben", "ben"), signature=_stop_of(b)),
        "console-code",
    ),
    "who vouched left out": (
        lambda b: replace(_code(b, "ana", "ben"), passkey=_plain(EVE)),
        "somebody else vouched",
    ),
    "a code that had expired": (_later, "had expired"),
    "a code that lasts for ever": (lambda b: _code(b, "ben", "ben", 86_400), "lasted too long"),
    "a code used twice": (_again, "used before"),
    "the key of another": (_key_of_cyd, "has it already"),
    "a key that was revoked": (_revoked, "revoked before"),
    "somebody unknown": (lambda b: _code(b, "ana", "nobody"), "does not know the person"),
    "added by another": (lambda b: _added(b, "ana", "ben"), "added by somebody else"),
    "who vouched washed off": (_washed, "hides who vouched"),
    "a code by a passkey that another vouched for": (
        _by_one_vouched_for,
        "for which somebody else vouched",
    ),
    "no key": (
        lambda b: replace(
            _code(b, "ben", "ben"),
            passkey=replace(_plain(EVE), public_key=base64.b64encode(b"none").decode()),
        ),
        "no public key",
    ),
}


def _stop_of(bank: DiskBank) -> Signature:
    return bank.sign("ben", "stop", {"scopeKind": "all", "scopeName": "", "reason": None})


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_enrolment_is_found(bank: DiskBank, how: str) -> None:
    make, why = FORGED[how]
    bank.home.append(record_of(make(bank))).wait(10)
    found = bank.verify()
    assert not found.ok
    assert any(why in finding.message for finding in found.findings), found.findings


def test_the_honest_one_passes(bank: DiskBank) -> None:
    for made in (_code(bank, "ana", "ben"),):
        bank.home.append(record_of(made)).wait(10)
    assert bank.verify().ok


def test_nothing_that_a_forged_one_signs_counts(bank: DiskBank) -> None:
    """The live home is made to believe it, as a gateway that lies would; the verifier does not."""
    bank.home.append(record_of(_code(bank, "cyd", "ben"))).wait(10)
    body = {"scopeKind": "all", "scopeName": "", "reason": None}
    command = EVE.command(bank.log.origin, "stop", body, at=bank.clock.wall(), person="ben")
    bank.commands.run(command, {})
    found = [finding.message for finding in bank.verify().findings]
    assert any("not known" in message for message in found), found


def test_a_forged_revocation_is_found(bank: DiskBank) -> None:
    ben = enrolled(bank, Passholder("ben"))
    body = {"person": "ben", "keyid": ben.keyid, "reason": None}
    said = PasskeyRevokedRecord(
        bank.home.now(), "ben", ben.keyid, "cyd", "", bank.sign("cyd", "revoke-passkey", body)
    )
    digest = sha256_hex(b"ben")
    bank.home.append(Record(Kind.PASSKEY_REVOKED, "person", digest, said)).wait(10)
    assert any("role `operate`" in finding.message for finding in bank.verify().findings)


def test_a_shard_that_takes_over_another_passkey_is_found(bank: DiskBank) -> None:
    enrolled(bank, Passholder("ben"))
    bank.home.state.authority = replace(
        bank.home.state.authority, registered={"ben": (_plain(EVE),)}
    )
    bank.roll()
    assert any("registered passkeys" in finding.message for finding in bank.verify().findings)


def test_a_code_can_not_be_guessed_by_its_digest(bank: DiskBank) -> None:
    text = code_for(bank, "ben")
    digest = hashlib.sha256(code_of(text) or b"").hexdigest()
    assert bank.home.codes.take(digest) is None
    assert given(bank, text).person == "ben"
    assert bank.home.codes.take(text) is None


def test_a_release_counts_before_a_code_that_is_older(bank: DiskBank) -> None:
    """Ben makes a code and is taken out of the plan: his code is worth nothing."""
    voucher = given(bank, code_for(bank, "ben"))
    bundle = bank_bundle()
    people = tuple(one for one in bundle.people if one.id != "ben")
    roles = {role: tuple(p for p in held if p != "ben") for role, held in bundle.roles.items()}
    bank.release(replace(bundle, people=people, roles=roles))
    with pytest.raises(WatchkeeperError):
        enrol(bank.home, voucher, EVE.passkey)
    assert not any(e.record.kind is Kind.PASSKEY for e in bank.entries())


def test_a_counter_that_goes_back_is_refused(bank: DiskBank) -> None:
    body = {"scopeKind": "all", "scopeName": "", "reason": None}
    ben = enrolled(bank, Passholder("ben"))
    told(bank, replace(ben, counter=7), "stop", **body)
    bank.restart()
    for counter in (7, 3, 0):
        with pytest.raises(CommandInvalid, match="counter"):
            told(bank, replace(ben, counter=counter), "stop", **body)
    told(bank, replace(ben, counter=8), "stop", **body)
    assert bank.verify().ok


@pytest.mark.parametrize(
    ("counters", "found"),
    [
        ((5, 6, 9), ""),
        ((0, 0, 0), ""),
        ((5, 5), "same counter twice"),
        ((9, 4), "went back"),
        ((9, 0), "went back"),
    ],
)
def test_a_counter_that_goes_back_is_found_in_the_log(
    bank: DiskBank, counters: tuple[int, ...], found: str
) -> None:
    ben = enrolled(bank, Passholder("ben"))
    for counter in counters:
        # A home that lies does not look at it.
        bank.home.state.part(Passkeys).see(ben.keyid, 0)
        body = {"scopeKind": "all", "scopeName": "", "reason": None}
        scope = StopScope(ScopeKind.ALL)
        signature = signed(bank, replace(ben, counter=counter), "stop", **body)
        said = StopRecord(bank.home.now(), scope, "ben", "", signature)
        bank.home.append(Record(Kind.STOP, "scope", "0" * 64, said)).wait(10)
    (step,) = [one for one in bank.verify().steps if one.number == 8]
    assert (found in step.detail) if found else (step.status == "checked"), step.detail


def test_what_is_recorded_later_may_count_less(bank: DiskBank) -> None:
    """A code was signed for before a stop, and given after it."""
    ana = enrolled(bank, Passholder("ana"))
    body = {
        "person": "ben",
        "digest": hashlib.sha256(CODE).hexdigest(),
        "expires": render_instant(bank.clock.wall().plus(590)),
    }
    vouching = signed(bank, replace(ana, counter=3), "console-code", **body)
    told(bank, replace(ana, counter=4), "stop", scopeKind="all", scopeName="", reason=None)
    passkey = replace(_plain(EVE), vouched_by="ana")
    said = PasskeyRecord(bank.home.now(), "ben", passkey, "ana", vouching, CODE.hex())
    bank.home.append(record_of(said)).wait(10)
    (step,) = [one for one in bank.verify().steps if one.number == 8]
    assert step.status == "checked", step.detail
