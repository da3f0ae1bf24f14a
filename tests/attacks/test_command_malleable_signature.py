"""Who saw a person's signature spells it otherwise, (r, n-s) for (r, s), and gives it once more."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from tests.worlds.bank import Bank, bank_bundle
from tests.worlds.people import Passholder, high_s
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.administration import ScopeKind, StopScope
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle

EVERYTHING = StopScope(ScopeKind.ALL)
SALT = b"s" * 16
BESIDE = {"reason": "over", "salt": SALT.hex()}


def _bundle(holder: Passholder) -> Bundle:
    """The bank's plan, in which ana has a passkey beside her terminal key."""
    bundle = bank_bundle()
    people = (
        replace(person, passkeys=(holder.passkey,)) if person.id == holder.person else person
        for person in bundle.people
    )
    return replace(bundle, people=tuple(people))


def _resumed(bank: Bank, ana: Passholder) -> Signature:
    """Ana lifts a stop with her passkey; return what she signed."""
    bank.stop()
    body = {"scopeKind": "all", "scopeName": "", "reason": hidden_digest(SALT, "over")}
    signature = ana.command(bank.log.origin, "resume", body, at=bank.clock.wall())
    bank.commands.run(signature, BESIDE)
    assert EVERYTHING not in bank.home.state.stops
    return signature


@pytest.mark.parametrize("afresh", [False, True])
def test_the_other_spelling_of_a_resume_lifts_no_second_stop(afresh: bool) -> None:
    ana = Passholder("ana")
    bank = Bank(_bundle(ana))
    signature = _resumed(bank, ana)
    bank.stop()
    if afresh:
        bank.crash()
    other = high_s(signature)
    assert other.sig != signature.sig
    with pytest.raises(CommandInvalid, match="given before"):
        bank.commands.run(other, BESIDE)
    assert EVERYTHING in bank.home.state.stops


def test_the_other_spelling_is_a_signature_in_its_own_right() -> None:
    """Else the test above would prove nothing: alone, it would have been taken."""
    ana = Passholder("ana")
    bank = Bank(_bundle(ana))
    bank.stop()
    body = {"scopeKind": "all", "scopeName": "", "reason": hidden_digest(SALT, "over")}
    signature = high_s(ana.command(bank.log.origin, "resume", body, at=bank.clock.wall()))
    bank.commands.run(signature, BESIDE)
    assert EVERYTHING not in bank.home.state.stops


def test_a_used_command_stands_in_a_kept_state_by_key_and_nonce() -> None:
    ana = Passholder("ana")
    bank = Bank(_bundle(ana))
    signature = _resumed(bank, ana)
    bank.tell("ana", "roll")
    assert bank.log.shard == 1
    kept = bank.home.state.seen.recorded_since(bank.clock.wall().plus(-600))
    uses = [use for use in kept if use.startswith(f"{ana.keyid}:")]
    assert len(uses) == 1
    assert signature.sig not in "".join(kept)
    assert base64.b64decode(signature.payload).decode().find(uses[0].partition(":")[2]) > 0
