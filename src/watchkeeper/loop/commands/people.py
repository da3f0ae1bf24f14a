"""Codes and passkeys: how people come to what they sign with."""

from __future__ import annotations

from typing import Any

from watchkeeper.errors import CommandInvalid, NotAuthorised, RecordInvalid, cut
from watchkeeper.ledger.assertion import keyid_of_passkey
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.codes import LIFETIME
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, why_of
from watchkeeper.loop.enrolment import check_may_vouch, check_new, check_own_word, record_of
from watchkeeper.records.instant import Instant, parse_instant, render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Passkey, PasskeyRecord, PasskeyRevokedRecord
from watchkeeper.records.statement import Record

_DIGEST_LENGTH = 64


def _code(desk: Desk, asked: Asked) -> Any:
    """Take a code from now on; nothing is recorded before it is used."""
    person, digest = asked.text("person"), asked.text("digest")
    place = desk.home.codes.place
    if place is None:
        raise CommandInvalid("no console is served from this home", "start `watchkeeper serve`")
    check_may_vouch(desk.home.state.authority, asked.command.person, person)
    check_own_word(desk.home.state.authority, asked.signature)
    if len(digest) != _DIGEST_LENGTH:
        raise CommandInvalid("that is not the digest of a code")
    expires = _expires(asked)
    if not asked.command.at < expires <= asked.command.at.plus(LIFETIME):
        raise CommandInvalid(f"a code lasts {LIFETIME // 60} minutes at most")
    desk.home.codes.offer(person, digest, expires, asked.signature)
    return {"person": person, "expires": render_instant(expires), "console": place}


def _expires(asked: Asked) -> Instant:
    try:
        return parse_instant(asked.text("expires"))
    except RecordInvalid:
        raise CommandInvalid("the command has no time at which the code expires") from None


def _add(desk: Desk, asked: Asked) -> Any:
    """Name one more passkey, on the word of one's own key or passkey."""
    person, algorithm = asked.command.person, asked.command.body.get("algorithm")
    if not isinstance(algorithm, int):
        raise CommandInvalid("the command has no algorithm")
    passkey = Passkey(asked.text("credential"), asked.text("publicKey"), algorithm)
    authority = desk.home.state.authority
    check_new(authority, person, passkey)
    # Who was vouched for once can not wash that off by adding a passkey with that one.
    vouched = authority.vouched_for(asked.signature.keyid)
    if vouched is not None:
        passkey = Passkey(
            passkey.credential, passkey.public_key, passkey.algorithm, vouched_by=vouched
        )
    said = PasskeyRecord(desk.home.now(), person, passkey, person, asked.signature)
    desk.append(record_of(said))
    return {"person": person, "keyid": keyid_of_passkey(passkey)}


def _revoke(desk: Desk, asked: Asked) -> Any:
    """Let a passkey count no more, the plan's too."""
    person, keyid, by = asked.text("person"), asked.text("keyid"), asked.command.person
    authority = desk.home.state.authority
    if by != person and not authority.holds(by, OPERATE):
        raise NotAuthorised(f"{cut(by)} does not hold the role `operate`, and it is another's")
    if keyid not in {keyid_of_passkey(one) for one in authority.passkeys_of(person)}:
        raise CommandInvalid(f"{cut(person)} has no passkey {cut(keyid)}", "see `do passkeys`")
    why, payload = why_of(asked)
    at = desk.home.now()
    said = PasskeyRevokedRecord(at, person, keyid, by, why, asked.signature)
    digest = sha256_hex(person.encode())
    desk.append(Record(Kind.PASSKEY_REVOKED, "person", digest, said), payload)
    return {"person": person, "revoked": keyid}


def _list(desk: Desk, _: Asked) -> Any:
    authority = desk.home.state.authority
    people = sorted({*authority.passkeys, *authority.registered})
    return [
        {
            "person": person,
            "keyid": keyid_of_passkey(passkey),
            "name": passkey.name,
            "from": "record" if passkey in authority.registered.get(person, ()) else "plan",
            "vouchedBy": passkey.vouched_by,
        }
        for person in people
        for passkey in authority.passkeys_of(person)
    ]


VERBS = {
    "console-code": Verb(_code, needs_room=True),
    "add-passkey": Verb(_add, needs_room=True),
    "revoke-passkey": Verb(_revoke),
    "passkeys": Verb(_list, of_doubtful=True),
}
