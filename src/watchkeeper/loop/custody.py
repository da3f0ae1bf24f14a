"""What a holder of `operate` does with the keys of a home, and with a home that was restored."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from watchkeeper.errors import CommandInvalid, RecordInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.key_history import check_possession, prove_possession
from watchkeeper.ledger.signature import keyid_of
from watchkeeper.loop.home import Home
from watchkeeper.records.codec import to_json
from watchkeeper.records.custody import AdoptedRecord, DoubtKind, KeyRotationRecord, KeyTerm, OldKey
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Command, Signature
from watchkeeper.records.statement import Payload, Record

_WAIT_SECONDS = 30.0


def next_key(home: Home, command: Command) -> dict[str, str]:
    """Make or open the record key that is to take over, and say what to sign for.

    `uri` of the command's body says where it lives; without it a new file is made. Nothing is
    recorded: the key counts only once `rotate-key` names it.

    Raises:
        KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
    """
    uri = command.body.get("uri")
    if uri is not None and not isinstance(uri, str):
        raise CommandInvalid("not the URI of a key")
    signer, replaces = home.log.next_key(uri), _in_force(home).keyid
    return {
        "replaces": replaces,
        "newKey": base64.b64encode(signer.public_key).decode(),
        "keyid": signer.keyid,
        "proof": prove_possession(home.log.origin, replaces, signer),
    }


def rotate_key(
    home: Home, command: Command, signature: Signature, why: tuple[str, Payload | None], proof: Any
) -> dict[str, Any]:
    """Let the prepared key take over; durable when this returns.

    Raises:
        CommandInvalid: not the key that was prepared, or another key is in force by now.
        LogUnavailable: it could not be recorded; the old key goes on.
    """
    body = command.body
    record = KeyRotationRecord(
        at=home.now(),
        by=command.person,
        why=why[0],
        signature=signature,
        replaces=_text(body, "replaces"),
        new_key=_text(body, "newKey"),
        proof=proof if isinstance(proof, str) else None,
        old=_old(body),
    )
    index = _append(home, record, why[1])
    return {"keyid": _in_force(home).keyid, "from": index + 1, "old": record.old}


def revoke_key(
    home: Home, command: Command, signature: Signature, why: tuple[str, Payload | None]
) -> dict[str, Any]:
    """Record that a key that was replaced does not count from an index on.

    Raises:
        CommandInvalid: no such key, one in force, or an index at which it did not count.
    """
    since = command.body.get("revokedFrom")
    if not isinstance(since, int) or isinstance(since, bool):
        raise CommandInvalid("not an index to revoke the key from")
    record = KeyRotationRecord(
        at=home.now(),
        by=command.person,
        why=why[0],
        signature=signature,
        revoked=_text(command.body, "revoked"),
        revoked_from=since,
    )
    index = _append(home, record, why[1])
    return {"revoked": record.revoked, "from": since, "index": index}


def doubts(home: Home) -> dict[str, Any]:
    """Return what speaks against a home, for a person to look at and sign for."""
    return {
        "size": home.log.size,
        "doubts": [to_json(doubt) for doubt in sorted(home.doubts, key=lambda doubt: doubt.id)],
    }


def adopt(
    home: Home, command: Command, signature: Signature, why: tuple[str, Payload | None]
) -> dict[str, Any]:
    """Take up again a home that was restored or copied; durable when this returns.

    It explains what is missing and heals nothing: where another history was seen, whoever saw it
    will find that this log is not it.

    Raises:
        CommandInvalid: nothing speaks against the home, or something else than was signed for,
            or no reason is given.
        LogUnavailable: it could not be recorded.
    """
    found = tuple(sorted(home.doubts, key=lambda doubt: doubt.id))
    if not found:
        raise CommandInvalid("nothing speaks against this home: there is nothing to adopt")
    if not why[0]:
        raise CommandInvalid("a reason is needed to adopt a home", "give `--why`")
    signed = (command.body.get("size"), command.body.get("doubts"))
    if signed != (home.log.size, [doubt.id for doubt in found]):
        raise CommandInvalid("something else speaks against the home than what was signed for")
    record = AdoptedRecord(home.now(), command.person, why[0], home.log.size, found, signature)
    digest = sha256_hex(home.log.origin.encode())
    ticket = home.append(Record(Kind.ADOPTED, "home", digest, record), why[1])
    ticket.wait(_WAIT_SECONDS)
    home.adopted()
    missing = record.missing
    return {
        "index": ticket.ref.index,
        "doubts": [to_json(doubt) for doubt in found],
        "missing": None if missing is None else list(missing),
        "forked": any(doubt.kind is not DoubtKind.MOVED for doubt in found),
    }


def check_offer(origin: str, offer: Mapping[str, Any]) -> str:
    """Return the id of the key that a home offers, which proved that it is held there.

    Raises:
        CommandInvalid: it did not.
    """
    try:
        public = check_possession(origin, offer["replaces"], offer["newKey"], offer["proof"])
    except (RecordInvalid, KeyError, TypeError) as error:
        raise CommandInvalid(f"the home offers a key that it does not hold: {error}") from None
    return keyid_of(public)


def _append(home: Home, said: KeyRotationRecord, payload: Payload | None) -> int:
    about = said.new_key or said.revoked or ""
    record = Record(Kind.KEY_ROTATION, "key", sha256_hex(about.encode()), said)
    try:
        ticket = home.append(record, payload)
    except RecordInvalid as error:
        raise CommandInvalid(error.message, error.advice) from None
    ticket.wait(_WAIT_SECONDS)
    return ticket.ref.index


def _in_force(home: Home) -> KeyTerm:
    return next(term for term in home.log.key_terms() if term.end is None)


def _old(body: Mapping[str, Any]) -> OldKey:
    try:
        return OldKey(str(body.get("old")))
    except ValueError:
        raise CommandInvalid("an old key is retired or destroyed") from None


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str):
        raise CommandInvalid(f"the command has no `{name}`")
    return found
