"""Who may say what: commands held against the roles and keys of the plan in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.assertion import PasskeyKey, passkey_keys
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import command_body, open_command
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.records.administration import Carried, GenesisRecord, PlanReleaseRecord
from watchkeeper.records.codec import from_json
from watchkeeper.records.people import Command, Passkey, Signature, VerdictRecord
from watchkeeper.records.plan.policies import AUTHOR
from watchkeeper.records.plan.release_rule import ReleaseRule
from watchkeeper.records.plan.systems import Application
from watchkeeper.verify.counters import Counters

RELEASE = "release"
OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Authority:
    """The people of a plan with their keys (by key id), and who holds which role.

    A key is a raw Ed25519 public key, or a passkey. `vouched` names, by key id, who else said that
    a passkey is its person's. `written_by` says who changed a review last; `applications` are those
    of the plan, which are no people; `deputies` may stand in for a holder of a role.
    """

    people: Mapping[str, Mapping[str, bytes | PasskeyKey]]
    roles: Mapping[str, tuple[str, ...]]
    vouched: Mapping[str, str] = field(default_factory=dict)
    written_by: Mapping[str, str] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, person: str) -> Mapping[str, bytes | PasskeyKey]:
        """Return a person's keys; none if the plan does not know the person."""
        return self.people.get(person, {})

    def shared_key_problem(self) -> str | None:
        """Return which two people may sign with one key, so that one could pass for two."""
        holders: dict[str, str] = {}
        for person in sorted(self.people):
            for keyid in self.people[person]:
                if holders.setdefault(keyid, person) != person:
                    return f"{cut(person)} has the same key as {cut(holders[keyid])}"
        return None

    def holds(self, person: str, role: str) -> bool:
        """Tell whether the person holds the role."""
        return person in self.roles.get(role, ())


def first_authority(genesis: GenesisRecord) -> Authority:
    """Return who may sign before any plan was released: those whom the genesis names."""
    people = _keyrings(genesis.first_release)
    return Authority(people, {RELEASE: tuple(people)})


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a record names: people with their keys in base64 and their passkeys, and roles.

    `rule` is what the next release takes of them.
    """

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    console: str | None = None
    written_by: Mapping[str, str] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rule: ReleaseRule | None = None


def named_by(said: PlanReleaseRecord | Carried) -> Named:
    """Return whom a release names, or a shard takes over."""
    return Named(
        dict(said.people),
        dict(said.roles),
        dict(said.passkeys),
        said.console,
        dict(said.written_by),
        said.applications,
        dict(said.deputies),
        said.rule,
    )


def authority_of(said: PlanReleaseRecord | Carried) -> Authority:
    """Return who may sign from a release on, or in a shard before its first release."""
    keys: dict[str, dict[str, bytes | PasskeyKey]] = {**_keyrings(said.people)}
    for person, passkeys in said.passkeys.items():
        keys[person] = {**keys.get(person, {}), **passkey_keys(passkeys, said.console)}
    return Authority(
        keys,
        said.roles,
        written_by=said.written_by,
        applications=said.applications,
        deputies=said.deputies,
    )


class Commands:
    """Checks the commands that records carry; each may be used once."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._seen: set[bytes] = set()
        self._lists: dict[bytes, bytes] = {}
        self.counters = Counters()
        self.checked = 0

    def problem(
        self,
        signature: Signature,
        authority: Authority,
        person: str,
        verb: str,
        body: Mapping[str, Any],
    ) -> str | None:
        """Return why the signature is not this person's for exactly this, or None if it is.

        `body` are the values that the command must hold; it may hold others.
        """
        self.checked += 1
        try:
            command = open_command(signature, authority.keys(person))
        except CommandInvalid as error:
            return error.message
        return self._mismatch(command, person, verb, body) or self._replayed(signature, command)

    def part_problem(
        self,
        said: VerdictRecord,
        authority: Authority,
        verb: str,
        body: Mapping[str, Any],
        part: str,
    ) -> str | None:
        """Return the same of a command over a list, which is used once for each part of it."""
        self.checked += 1
        try:
            command = open_command(said.signature, authority.keys(said.reviewer))
        except CommandInvalid as error:
            return error.message
        found = self._mismatch(command, said.reviewer, verb, body)
        return found or self._part_replayed(said.signature, command, part)

    def _mismatch(
        self, command: Command, person: str, verb: str, body: Mapping[str, Any]
    ) -> str | None:
        if command.origin != self._origin:
            return f"the command is for another log: {cut(command.origin)}"
        if command.person != person:
            return f"the command is by {cut(command.person)}, the record says {cut(person)}"
        if command.verb != verb:
            return f"the command says {cut(command.verb)}, not {cut(verb)}"
        for name, value in body.items():
            if command.body.get(name) != value:
                return f"the command is for another {name}: {cut(command.body.get(name))}"
        return None

    def _replayed(self, signature: Signature, command: Command) -> str | None:
        use = _use(signature, command)
        if use in self._seen or use in self._lists:
            return "the command was used before"
        self._seen.add(use)
        return self.counters.problem(signature, command)

    def _part_replayed(self, signature: Signature, command: Command, part: str) -> str | None:
        use, said = _use(signature, command), hashlib.sha256(signature.payload.encode()).digest()
        first = use not in self._lists
        # All parts come from one payload, or its nonce was used for two commands.
        if use in self._seen or self._lists.setdefault(use, said) != said:
            return "the command was used before"
        if use + part.encode() in self._seen:
            return "the command was used before"
        self._seen.add(use + part.encode())
        return self.counters.problem(signature, command) if first else None


def _use(signature: Signature, command: Command) -> bytes:
    return bytes.fromhex(signature.keyid[:32]) + bytes.fromhex(command.nonce)


def authors_problem(release: PlanReleaseRecord, before: Authority) -> str | None:
    """Return whom a release names as an author who is neither its own nor was one before.

    Its own author is who signed it, unless they signed that another person wrote it.
    """
    author = command_body(release.signature).get("writtenBy", release.released_by)
    for policy, person in release.written_by.items():
        if person not in {author, before.written_by.get(policy)}:
            return f"it names {cut(person)} as who wrote {cut(policy)}, which nobody signed"
    return None


def _keyrings(people: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, bytes | PasskeyKey]]:
    return {person: keyring_of(keys) for person, keys in people.items()}


def keyring_of(keys: Iterable[str]) -> dict[str, bytes | PasskeyKey]:
    """Return raw Ed25519 public keys in base64 by their ids, without what is none."""
    raw = [decode_base64(key) for key in keys]
    return {keyid_of(key): key for key in raw if key and len(key) == KEY_BYTES}


def same_authority(plan: bytes, release: PlanReleaseRecord | Carried) -> bool:
    """Tell whether a release names the people, keys, roles, console, ... of its plan, and its rule.

    The releaser signs the plan's digest; what the record says beside it is only as good as this.
    """
    try:
        bundle = parse_json_unverified(plan)
        keys = {p["id"]: tuple(p["keys"]) for p in bundle["people"] if p.get("keys")}
        roles = {role: tuple(holders) for role, holders in bundle["roles"].items()}
        passkeys = {
            p["id"]: from_json(tuple[Passkey, ...], p["passkeys"])
            for p in bundle["people"]
            if p.get("passkeys")
        }
        console = bundle["console"]["url"] if "console" in bundle else None
        deputies = {role: tuple(some) for role, some in bundle.get("deputies", {}).items()}
        kept_apart = {
            p["id"] for p in bundle.get("policies", ()) if AUTHOR in p.get("separate", ())
        }
        applications = from_json(tuple[Application, ...], bundle.get("applications", []))
        rule = from_json(ReleaseRule, bundle["releases"]) if "releases" in bundle else None
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return False
    named = named_by(release)
    if set(named.written_by) != kept_apart:
        return False
    wrote = named.written_by
    return Named(keys, roles, passkeys, console, wrote, applications, deputies, rule) == named
