"""Which record key counts at which index: the chain from the genesis on (evidence format, 4).

A key takes over with a record that the key before it signed; the new key proves in it that it is
held. From the next index on only the new key counts.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical
from watchkeeper.ledger.pae import pae
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of, verifies
from watchkeeper.ports import Signer
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.custody import KeyRotationRecord, KeyTerm
from watchkeeper.records.kinds import Kind

POSSESSION_TYPE = "application/vnd.watchkeeper.key-possession+json"
_TAIL_BYTES = 1024


def prove_possession(origin: str, replaces: str, signer: Signer) -> str:
    """Return the new key's signature, in base64, over who it takes over from in which log."""
    return base64.b64encode(signer.sign(_possession(origin, replaces, signer.public_key))).decode()


def check_possession(origin: str, replaces: str, new_key: str | None, proof: str | None) -> bytes:
    """Return the raw public key that proved that its private half is held.

    Raises:
        RecordInvalid: not a key, or it did not sign this.
    """
    public, signature = decode_base64(new_key), decode_base64(proof)
    if public is None or len(public) != KEY_BYTES:
        raise RecordInvalid(f"not a record key: {cut(new_key)}")
    if signature is None or not verifies(public, _possession(origin, replaces, public), signature):
        raise RecordInvalid(f"the new key {cut(keyid_of(public))} does not prove that it is held")
    return public


def genesis_keys(genesis: GenesisRecord) -> dict[str, bytes]:
    """Return the raw record keys that a genesis names, by key id.

    Raises:
        RecordInvalid: a key that is none, or under an id that is not its own.
    """
    keys: dict[str, bytes] = {}
    for keyid, text in genesis.record_keys.items():
        public = decode_base64(text)
        if public is None or len(public) != KEY_BYTES or keyid_of(public) != keyid:
            raise RecordInvalid(f"not a record key: {cut(text)}")
        keys[keyid] = public
    return keys


class KeyHistory:
    """The record keys of one log, taken up rotation by rotation in the order of the log."""

    def __init__(self, origin: str, keys: Mapping[str, bytes]) -> None:
        self._origin = origin
        self.terms = [KeyTerm(keyid, public, 0) for keyid, public in sorted(keys.items())]

    @property
    def keys(self) -> dict[str, bytes]:
        """Every raw public key that counted at any index, by its id."""
        return {term.keyid: term.public for term in self.terms}

    def in_force(self) -> list[KeyTerm]:
        """Return the keys that count for the next record: one, unless the genesis named more."""
        return [term for term in self.terms if term.end is None]

    def changes(self) -> list[int]:
        """Return the indexes of the records that made the history what it is."""
        rotated = {term.first - 1 for term in self.terms if term.first}
        revoked = {term.revoked_at for term in self.terms if term.revoked_at is not None}
        return sorted(rotated | revoked)

    def problem(self, keyid: str, index: int) -> str | None:
        """Return why a signature with this key does not count at an index, or None if it does."""
        terms = [term for term in self.terms if term.keyid == keyid]
        if any(term.holds(index) for term in terms):
            return None
        if not terms:
            return f"signed with a key that is not known: {cut(keyid)}"
        where = "; ".join(str(term) for term in terms)
        return f"signed with key {cut(keyid)}, which counts {where}"

    def take(self, index: int, said: KeyRotationRecord) -> None:
        """Take up the record at `index`; what does not hold changes nothing.

        Raises:
            RecordInvalid: why it does not hold.
        """
        if said.new_key is not None and said.revoked is None:
            self._rotate(index, said)
        elif said.revoked is not None and said.new_key is None:
            self._revoke(index, said.revoked, said.revoked_from)
        else:
            raise RecordInvalid("neither a rotation nor a revocation")

    def _rotate(self, index: int, said: KeyRotationRecord) -> None:
        replaces = said.replaces or ""
        if replaces not in {term.keyid for term in self.in_force()}:
            raise RecordInvalid(f"it replaces a key that is not in force: {cut(replaces)}")
        public = check_possession(self._origin, replaces, said.new_key, said.proof)
        if keyid_of(public) in self.keys:
            raise RecordInvalid(f"a key that was used before: {cut(keyid_of(public))}")
        ended = [replace(t, end=index + 1) if t.end is None else t for t in self.terms]
        self.terms = [*ended, KeyTerm(keyid_of(public), public, index + 1)]

    def _revoke(self, index: int, keyid: str, since: int | None) -> None:
        term = next((term for term in self.terms if term.keyid == keyid), None)
        if term is None:
            raise RecordInvalid(f"no record key of this log: {cut(keyid)}")
        if term.end is None:
            raise RecordInvalid("the key is in force: rotate it first, then revoke it")
        latest = term.end if term.revoked_from is None else term.revoked_from
        if since is None or not term.first <= since <= latest:
            raise RecordInvalid(
                f"the key can be revoked from an index between {term.first} and {latest}"
            )
        gone = replace(term, revoked_from=since, revoked_at=index)
        self.terms = [gone if t is term else t for t in self.terms]


def may_rotate_keys(envelope: bytes) -> bool:
    """Tell whether an entry may be a `key-rotation`; quick, and never wrong when it says no."""
    tail = envelope[-_TAIL_BYTES:]
    return any(mark in tail for mark in _MARKS)


def _possession(origin: str, replaces: str, public: bytes) -> bytes:
    said = {
        "newKey": base64.b64encode(public).decode(),
        "origin": origin,
        "replaces": replaces,
    }
    return pae(POSSESSION_TYPE, canonical(said))


def _spellings(text: bytes) -> tuple[bytes, ...]:
    """Return what `text` looks like inside of base64, for each of the three places in a group."""
    found = []
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + text)
        # The first and the last group also hold bits of their neighbours.
        found.append(encoded[4:-4] if shift else encoded[:-4])
    return tuple(found)


_MARKS = _spellings(f"urn:x-watchkeeper:{Kind.KEY_ROTATION.value}:v1".encode())
