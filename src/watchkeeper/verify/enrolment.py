"""Passkeys that records name: each by the person's own word, or by somebody who may vouch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.assertion import is_passkey, keyid_of_passkey, passkey_keys
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.signature import decode_base64
from watchkeeper.records.administration import Carried
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.people import (
    Answer,
    Passkey,
    PasskeyRecord,
    PasskeyRevokedRecord,
    Signature,
    VerdictRecord,
)
from watchkeeper.verify.people import OPERATE, RELEASE, Authority, Commands, Named

CODE_LASTS = 600


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Passkeys by person that records named, and the ids of those that count for nothing."""

    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    def among(self, named: Named) -> Enrolled:
        """Return it without the people whom the plan does not know any more."""
        kept = {p: held for p, held in self.passkeys.items() if _knows(named, p)}
        return replace(self, passkeys=kept)

    def join(self, authority: Authority, console: str | None) -> Authority:
        """Return who may sign with what, these passkeys besides."""
        keys = {person: dict(held) for person, held in authority.people.items()}
        vouched: dict[str, str] = {}
        for person, held in self.passkeys.items():
            keys.setdefault(person, {}).update(passkey_keys(held, console))
            vouched.update({keyid_of_passkey(p): p.vouched_by for p in held if p.vouched_by})
        left = {
            person: {keyid: key for keyid, key in held.items() if keyid not in self.revoked}
            for person, held in keys.items()
        }
        return replace(authority, people=left, vouched=vouched)


def enrolled_of(carried: Carried | None) -> Enrolled:
    """Return the passkeys that a shard says it took over."""
    if carried is None:
        return Enrolled()
    return Enrolled(dict(carried.registered), frozenset(carried.revoked))


@dataclass(slots=True)
class Enrolment:
    """Takes up the records about passkeys, with the people that the plan in force names."""

    commands: Commands
    enrolled: Enrolled

    def passkey(self, said: PasskeyRecord, authority: Authority, named: Named) -> str | None:
        """Let a passkey count from here on; returns why it may not."""
        problem = self._signed(said, authority) or self._unfit(said, authority, named)
        if problem is None:
            held = (*self.enrolled.passkeys.get(said.person, ()), said.passkey)
            passkeys = {**self.enrolled.passkeys, said.person: held}
            self.enrolled = replace(self.enrolled, passkeys=passkeys)
        return problem

    def revoked(self, said: PasskeyRevokedRecord, authority: Authority) -> str | None:
        """Let a passkey count no more; returns why whoever said so may not have."""
        body = {"person": said.person, "keyid": said.keyid, "reason": said.why or None}
        problem = self.commands.problem(said.signature, authority, said.by, "revoke-passkey", body)
        if problem is None and said.by != said.person and not authority.holds(said.by, OPERATE):
            problem = f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
        # It is left out even so: what may have been lost is better not believed.
        self.enrolled = replace(self.enrolled, revoked=self.enrolled.revoked | {said.keyid})
        return problem

    def _signed(self, said: PasskeyRecord, authority: Authority) -> str | None:
        if said.code is not None:
            return self._vouched(said, said.code, authority)
        body = {
            "credential": said.passkey.credential,
            "publicKey": said.passkey.public_key,
            "algorithm": said.passkey.algorithm,
        }
        if said.by != said.person:
            return "added by somebody else"
        if said.passkey.vouched_by != authority.vouched.get(said.signature.keyid):
            return "it hides who vouched for the passkey that added it"
        return self.commands.problem(said.signature, authority, said.by, "add-passkey", body)

    def _vouched(self, said: PasskeyRecord, code: str, authority: Authority) -> str | None:
        body = {"person": said.person, "digest": _digest(code)}
        problem = self.commands.problem(said.signature, authority, said.by, "console-code", body)
        if problem is not None:
            return problem
        if said.by != said.person and not authority.holds(said.by, RELEASE):
            return f"{cut(said.by)} does not hold the role {cut(RELEASE)}"
        if said.signature.keyid in authority.vouched:
            return "by a code that was signed by a passkey for which somebody else vouched"
        if said.passkey.vouched_by != (None if said.by == said.person else said.by):
            return "it says that somebody else vouched for it"
        signed, expires = _times(said.signature)
        if not said.at <= expires <= signed.plus(CODE_LASTS):
            return "by a code that had expired, or that lasted too long"
        return None

    def _unfit(self, said: PasskeyRecord, authority: Authority, named: Named) -> str | None:
        keyid = keyid_of_passkey(said.passkey)
        if not is_passkey(said.passkey):
            return "no public key of a known algorithm"
        if keyid in self.enrolled.revoked:
            return "it was revoked before"
        if any(keyid in held for held in authority.people.values()):
            return "somebody has it already"
        return None if _knows(named, said.person) else "the plan does not know the person"


def not_apart(
    said: VerdictRecord, others: Iterable[VerdictRecord], authority: Authority
) -> str | None:
    """Return why an approval comes from somebody who approved already, or None.

    Whoever vouched for a passkey could hold it: the two count as one person, and so do who is away
    and who stands in for them.
    """
    if said.answer is not Answer.APPROVE:
        return None
    ours = _behind(said, authority)
    for other in others:
        if ours & _behind(other, authority):
            return "by one who had approved, stood in for them, or vouched for the passkey"
        if said.signature.keyid == other.signature.keyid:
            return "by a key that had approved, as another person's"
    return None


def _behind(said: VerdictRecord, authority: Authority) -> set[str]:
    vouched = authority.vouched.get(said.signature.keyid, said.reviewer)
    return {said.reviewer, vouched, said.stands_in_for or said.reviewer}


def _knows(named: Named, person: str) -> bool:
    held = (tuple(named.people), tuple(named.passkeys), *named.roles.values())
    return any(person in some for some in held)


def _digest(code: str) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(code)).hexdigest()
    except ValueError:
        return ""


def _times(signature: Signature) -> tuple[Instant, Instant]:
    """Return when a code was signed for, and until when it was to last; zero where it says not."""
    try:
        said: Any = parse_json_unverified(decode_base64(signature.payload) or b"")
        return parse_instant(said["at"]), parse_instant(said["body"]["expires"])
    except (RecordInvalid, KeyError, TypeError):
        return Instant(0), Instant(0)
