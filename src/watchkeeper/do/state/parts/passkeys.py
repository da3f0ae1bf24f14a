"""Passkeys that records named, beside those of the plan, and those that were revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.ledger.assertion import counter_of
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import (
    Passkey,
    PasskeyRecord,
    PasskeyRevokedRecord,
    Signature,
)
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that a record named, and since when it counts."""

    passkey: Passkey
    at: Instant


class Passkeys:
    """What the records say of passkeys.

    Whom a release takes out of the plan loses them for good; a key that was revoked never counts
    again, for nobody, but who vouched for it is still known. Of each key the highest signature
    counter is known that a record holds or that was seen since the start.
    """

    name: ClassVar[str] = "passkeys"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PLAN_RELEASE, Kind.PASSKEY, Kind.PASSKEY_REVOKED}
    )

    def __init__(self) -> None:
        self.held: dict[str, tuple[Registered, ...]] = {}
        self.revoked: frozenset[str] = frozenset()
        self._counters: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def registered(self) -> dict[str, tuple[Passkey, ...]]:
        """Return the passkeys by person."""
        return {p: tuple(one.passkey for one in held) for p, held in self.held.items()}

    def counter(self, keyid: str) -> int:
        """Return the highest counter that a key has told."""
        return max(self._counters.get(keyid, 0), self._seen.get(keyid, 0))

    def see(self, keyid: str, counter: int) -> None:
        """Note a counter that no record holds: of a sign-in, or of a command."""
        if counter > self.counter(keyid):
            self._seen[keyid] = counter

    def signed(self, signature: Signature) -> None:
        """Note the counter of a signature in a record."""
        if signature.assertion is not None:
            told, known = counter_of(signature.assertion), self._counters.get(signature.keyid, 0)
            if told > known:
                self._counters[signature.keyid] = told

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, PlanReleaseRecord):
            self._keep_to(said)
        elif isinstance(said, PasskeyRecord):
            held = self.held.get(said.person, ())
            self.held[said.person] = (*held, Registered(said.passkey, said.at))
        elif isinstance(said, PasskeyRevokedRecord):
            self.revoked |= {said.keyid}

    def _keep_to(self, release: PlanReleaseRecord) -> None:
        """Forget the passkeys of people whom the plan does not know any more."""
        known = {*release.people, *release.passkeys}
        known.update(*release.roles.values())
        self.held = {person: held for person, held in self.held.items() if person in known}

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON; it grows old by records alone, whatever `at` is."""
        del at
        held = {
            person: [[to_json(one.passkey), one.at] for one in some]
            for person, some in sorted(self.held.items())
        }
        found = {
            "held": held,
            "revoked": sorted(self.revoked),
            "counters": dict(sorted(self._counters.items())),
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        for person, some in body.get("held", {}).items():
            held = (Registered(from_json(Passkey, one), Instant(at)) for one, at in some)
            made.held[person] = tuple(held)
        made.revoked = frozenset(body.get("revoked", ()))
        made._counters = dict(body.get("counters", {}))
        return made
