"""A person's new passkey: what it has to be, and who has to have said so."""

from __future__ import annotations

import re

from watchkeeper.do.state.authority import Authority
from watchkeeper.do.state.parts import Passkeys
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid, LogUnavailable, NotAuthorised, cut
from watchkeeper.ledger.assertion import is_passkey, keyid_of_passkey
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.envelope import command_use, open_command, person_named
from watchkeeper.loop.codes import Voucher, digest_of
from watchkeeper.loop.home import Home
from watchkeeper.ports import Ticket
from watchkeeper.records.instant import parse_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Command, Passkey, PasskeyRecord, Signature
from watchkeeper.records.statement import Record

MOST_PASSKEYS = 20
_RELEASE = "release"
_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{1,1366}")


def enrol(home: Home, voucher: Voucher, passkey: Passkey) -> Ticket:
    """Record a passkey on the strength of a code that was given.

    Whoever signed for the code is looked up again: the plan may have changed since.

    Raises:
        CommandInvalid: the code was used or is too old, or the passkey is none or not new.
        NotAuthorised: who signed for the code may not, or may not any more.
        HomeDoubtful, LogUnavailable: nothing may be recorded now.
    """
    home.check_undoubted()
    if home.has_plan and home.short_of_room():
        raise LogUnavailable("the disk is nearly full: no passkey is recorded")
    authority = home.state.authority
    command = _vouching(voucher, authority)
    if parse_instant(str(command.body["expires"])) <= home.clock.wall():
        raise CommandInvalid("the code is too old", "have another made with `do code`")
    if home.state.seen.recorded(command_use(voucher.signature) or ""):
        raise CommandInvalid("the code was used before", "have another made with `do code`")
    by = command.person
    check_may_vouch(authority, by, voucher.person)
    check_own_word(authority, voucher.signature)
    made = Passkey(
        passkey.credential,
        passkey.public_key,
        passkey.algorithm,
        vouched_by=None if by == voucher.person else by,
    )
    check_new(authority, voucher.person, made)
    said = PasskeyRecord(home.now(), voucher.person, made, by, voucher.signature, code=voucher.code)
    return home.append(record_of(said))


def _vouching(voucher: Voucher, authority: Authority) -> Command:
    """Return the command that signed for a code, under the keys that count now."""
    named = person_named(voucher.signature)
    command = open_command(voucher.signature, authority.verification_keys(named))
    if command.verb != "console-code" or command.body.get("person") != voucher.person:
        raise CommandInvalid("what was signed is no code for this person")
    if command.body.get("digest") != digest_of(voucher.code):
        raise CommandInvalid("the code is not the one that was signed for")
    return command


def check_may_vouch(authority: Authority, by: str, person: str) -> None:
    """Refuse who is neither the person nor a holder of `release`, who could change the plan.

    Raises:
        NotAuthorised: it is neither; or the plan does not know the person.
    """
    if not authority.knows(person):
        raise NotAuthorised(
            f"the plan gives {cut(person)} no key, passkey or role", "name the person in the plan"
        )
    if by != person and not authority.holds(by, _RELEASE):
        raise NotAuthorised(
            f"{cut(by)} does not hold the role `release`", "a code for another takes that role"
        )


def check_own_word(authority: Authority, signature: Signature) -> None:
    """Refuse a code that was signed by a passkey for which somebody else vouched.

    Whoever vouched could hold it, and what the code brings in would not say so.

    Raises:
        NotAuthorised: it is so.
    """
    vouched = authority.vouched_for(signature.keyid)
    if vouched is not None:
        raise NotAuthorised(
            f"{cut(vouched)} vouched for the passkey that signed, so it vouches for no other",
            "add one's own further passkeys on the console; for others another person signs",
        )


def check_new(authority: Authority, person: str, passkey: Passkey) -> None:
    """Refuse what is no passkey, or one that somebody has or had.

    One key under two people would let one person pass for two.

    Raises:
        CommandInvalid: it is so.
    """
    if not is_passkey(passkey) or not _CREDENTIAL.fullmatch(passkey.credential):
        raise CommandInvalid("that is not a passkey of a known algorithm")
    keyid = keyid_of_passkey(passkey)
    if keyid in authority.revoked:
        raise CommandInvalid("this passkey was revoked, and never counts again")
    for other in {*authority.passkeys, *authority.registered}:
        for held in authority.passkeys_of(other):
            if keyid_of_passkey(held) == keyid or held.credential == passkey.credential:
                raise CommandInvalid(f"this passkey is known already: it is {cut(other)}'s")
    if len(authority.passkeys_of(person)) >= MOST_PASSKEYS:
        raise CommandInvalid(
            f"{cut(person)} has {MOST_PASSKEYS} passkeys already", "revoke one: `do passkeys`"
        )


def check_counter(state: State, keyid: str, counter: int) -> None:
    """Take a signature counter that goes up, or none at all.

    Raises:
        CommandInvalid: it does not: somebody may hold a copy of the authenticator.
    """
    passkeys = state.part(Passkeys)
    known = passkeys.counter(keyid)
    if (counter or known) and counter <= known:
        raise CommandInvalid(
            "the passkey's counter went back: there may be a copy of it",
            "if it is yours alone, try once more; else revoke it with `do passkeys --revoke`",
        )
    passkeys.see(keyid, counter)


def record_of(said: PasskeyRecord) -> Record:
    """Return the record of a passkey."""
    return Record(Kind.PASSKEY, "person", sha256_hex(said.person.encode()), said)
