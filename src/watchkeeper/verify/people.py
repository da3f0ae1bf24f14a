"""Who may say what: commands held against the roles and keys of the plan in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.assertion import PasskeyKey, passkey_keys
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import open_command
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.records.administration import Carried, GenesisRecord, PlanReleaseRecord
from watchkeeper.records.codec import from_json
from watchkeeper.records.people import Command, Passkey, Signature

RELEASE = "release"
OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Authority:
    """The people of a plan with their keys (by key id), and who holds which role.

    A key is a raw Ed25519 public key, or a passkey. `vouched` names, by key id, who else said that
    a passkey is its person's.
    """

    people: Mapping[str, Mapping[str, bytes | PasskeyKey]]
    roles: Mapping[str, tuple[str, ...]]
    vouched: Mapping[str, str] = field(default_factory=dict)

    def keys(self, person: str) -> Mapping[str, bytes | PasskeyKey]:
        """Return a person's keys; none if the plan does not know the person."""
        return self.people.get(person, {})

    def holds(self, person: str, role: str) -> bool:
        """Tell whether the person holds the role."""
        return person in self.roles.get(role, ())


def first_authority(genesis: GenesisRecord) -> Authority:
    """Return who may sign before any plan was released: those whom the genesis names."""
    people = _keyrings(genesis.first_release)
    return Authority(people, {RELEASE: tuple(people)})


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a record names: people with their keys in base64 and their passkeys, and roles."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    console: str | None = None


def named_by(said: PlanReleaseRecord | Carried) -> Named:
    """Return whom a release names, or a shard takes over."""
    return Named(dict(said.people), dict(said.roles), dict(said.passkeys), said.console)


def authority_of(said: PlanReleaseRecord | Carried) -> Authority:
    """Return who may sign from a release on, or in a shard before its first release."""
    keys: dict[str, dict[str, bytes | PasskeyKey]] = {**_keyrings(said.people)}
    for person, passkeys in said.passkeys.items():
        keys[person] = {**keys.get(person, {}), **passkey_keys(passkeys, said.console)}
    return Authority(keys, said.roles)


class Commands:
    """Checks the commands that records carry; each may be used once."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._seen: set[bytes] = set()
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
        use = bytes.fromhex(signature.keyid[:32]) + bytes.fromhex(command.nonce)
        if use in self._seen:
            return "the command was used before"
        self._seen.add(use)
        return None


def _keyrings(people: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, bytes | PasskeyKey]]:
    out: dict[str, dict[str, bytes | PasskeyKey]] = {}
    for person, keys in people.items():
        raw = [decode_base64(key) for key in keys]
        out[person] = {keyid_of(key): key for key in raw if key and len(key) == KEY_BYTES}
    return out


def same_authority(plan: bytes, release: PlanReleaseRecord | Carried) -> bool:
    """Tell whether a release names the people, keys, roles and console of its plan, no others.

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
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return False
    return Named(keys, roles, passkeys, console) == named_by(release)
