"""Who may say what: commands held against the roles and keys of the plan in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import open_command
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.records.administration import Carried, GenesisRecord, PlanReleaseRecord
from watchkeeper.records.people import Command, Signature

RELEASE = "release"
OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Authority:
    """The people of a plan with their keys (raw, by key id), and who holds which role."""

    people: Mapping[str, Mapping[str, bytes]]
    roles: Mapping[str, tuple[str, ...]]

    def keys(self, person: str) -> Mapping[str, bytes]:
        """Return a person's keys; none if the plan does not know the person."""
        return self.people.get(person, {})

    def holds(self, person: str, role: str) -> bool:
        """Tell whether the person holds the role."""
        return person in self.roles.get(role, ())


def first_authority(genesis: GenesisRecord) -> Authority:
    """Return who may sign before any plan was released: those whom the genesis names."""
    people = _keyrings(genesis.first_release)
    return Authority(people, {RELEASE: tuple(people)})


def released_authority(release: PlanReleaseRecord) -> Authority:
    """Return who may sign from this release on."""
    return Authority(_keyrings(release.people), release.roles)


def authority_of(
    people: Mapping[str, tuple[str, ...]], roles: Mapping[str, tuple[str, ...]]
) -> Authority:
    """Return an authority of people with their keys in base64, and of roles."""
    return Authority(_keyrings(people), roles)


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


def _keyrings(people: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, bytes]]:
    out: dict[str, dict[str, bytes]] = {}
    for person, keys in people.items():
        raw = [decode_base64(key) for key in keys]
        out[person] = {keyid_of(key): key for key in raw if key and len(key) == KEY_BYTES}
    return out


def same_authority(plan: bytes, release: PlanReleaseRecord | Carried) -> bool:
    """Tell whether a release names the people, keys and roles of its plan, and no others.

    The releaser signs the plan's digest; what the record says beside it is only as good as this.
    """
    try:
        bundle = parse_json_unverified(plan)
        keys = {p["id"]: tuple(p["keys"]) for p in bundle["people"] if p.get("keys")}
        roles = {role: tuple(holders) for role, holders in bundle["roles"].items()}
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return False
    return keys == dict(release.people) and roles == dict(release.roles)
