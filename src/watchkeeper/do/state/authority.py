"""Who may do what to a home, and what they may sign it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.ledger.assertion import PasskeyKey, keyid_of_passkey, passkey_keys
from watchkeeper.ledger.signature import decode_base64, keyring
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.systems import APP, Application


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may do what to this home: the newest release's people and roles, or the genesis'.

    `registered` are passkeys that records named since; one in `revoked` (key ids) counts for
    nothing, whoever names it. `deputies` are those who may stand in for a holder of a role.
    """

    people: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    passkeys: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    console: str | None = None
    registered: Mapping[str, tuple[Passkey, ...]] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    written_by: Mapping[str, str] = field(default_factory=dict)
    applications: tuple[Application, ...] = ()
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def verification_keys(self, person: str) -> dict[str, bytes | PasskeyKey]:
        """Return what a person may sign with, by key id: raw Ed25519 keys, and passkeys.

        An application of the plan signs as `app:<id>`, with the keys that the plan names.
        """
        application = self.application(person)
        named = self.people.get(person, ()) if application is None else application.keys
        raw = (decode_base64(key) for key in named)
        passkeys = passkey_keys(self.passkeys_of(person), self.console)
        return {**keyring([key for key in raw if key is not None]), **passkeys}

    def passkeys_of(self, person: str) -> tuple[Passkey, ...]:
        """Return the passkeys of a person that count: the plan's, and those of records."""
        named = (*self.passkeys.get(person, ()), *self.registered.get(person, ()))
        return tuple(one for one in named if keyid_of_passkey(one) not in self.revoked)

    def application(self, name: str) -> Application | None:
        """Return the application of the plan that signs as `app:<id>`; None for anybody else."""
        return next((one for one in self.applications if name == f"{APP}{one.id}"), None)

    def knows(self, person: str) -> bool:
        """Tell whether the plan in force gives a person a key, a passkey or a role."""
        named = (*self.roles.values(), tuple(self.people), tuple(self.passkeys))
        return any(person in some for some in named)

    def vouched_for(self, keyid: str) -> str | None:
        """Return who vouched that a passkey is its person's; None where nobody else did."""
        for held in self.registered.values():
            for passkey in held:
                if keyid_of_passkey(passkey) == keyid:
                    return passkey.vouched_by
        return None

    def shared_key(self) -> tuple[str, str] | None:
        """Return two people who may sign with one key, None where there are none."""
        holders: dict[str, str] = {}
        for person in sorted({*self.people, *self.passkeys, *self.registered}):
            for keyid in self.verification_keys(person):
                if holders.setdefault(keyid, person) != person:
                    return holders[keyid], person
        return None

    def holds(self, person: str, role: str) -> bool:
        """Tell whether a person holds a role."""
        return person in self.roles.get(role, ())

    def erasing(self) -> str:
        """Return the role that may erase: `privacy` where somebody holds it, else `operate`."""
        return "privacy" if self.roles.get("privacy") else "operate"
