"""One value of a record, handed out with its salt, and held against the record (bundle format).

{"index": 12, "name": "arg.order_id", "salt": "<hex>", "value": ..., "record": "<sha256>"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ProofInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, parse_json, sha256_hex
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.verify.values import digests_of, held_values, matches

MAX_BYTES = 1 << 28
_SALT_CHARS = 32


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A disclosed value. `record` is the SHA-256 of the record's envelope, where it was named."""

    index: int
    name: str
    salt: bytes
    value: Any
    record: str | None = None


def disclose(index: int, envelope: bytes, body: Mapping[str, Any], name: str) -> Disclosed:
    """Take one value out of a record's payload.

    Raises:
        RecordInvalid: the record hides no such value, the payload does not hold it, or holds
            another one than the record says.
    """
    said = read_record_unverified(envelope).predicate
    hidden = digests_of(said)
    if name not in hidden:
        known = ", ".join(sorted(hidden)) or "none"
        raise RecordInvalid(f"record {index} hides no {cut(name)}", f"it hides: {known}")
    for held in held_values(said, body):
        if held.name == name and (found := held.value()) is not None:
            return Disclosed(index, name, held.salt, found[0], sha256_hex(envelope))
    raise RecordInvalid(f"the payload of record {index} does not hold the value of {cut(name)}")


def render_disclosed(said: Disclosed) -> bytes:
    """Render a disclosed value: canonical JSON (RFC 8785)."""
    body = {
        "index": said.index,
        "name": said.name,
        "salt": said.salt.hex(),
        "value": said.value,
        **({} if said.record is None else {"record": said.record}),
    }
    return canonical_arguments(body)


def parse_disclosed(raw: bytes) -> Disclosed:
    """Parse a disclosed value.

    Raises:
        RecordInvalid: it is none, or not in canonical form.
    """
    value = parse_json(raw, max_bytes=MAX_BYTES, max_depth=64)
    match value:
        case {"index": int(index), "name": str(name), "salt": str(salt), "value": found}:
            record = value.get("record")
        case _:
            raise RecordInvalid(f"not a disclosed value: {cut(raw)}")
    if type(index) is not int or index < 0:
        raise RecordInvalid(f"not an index: {cut(index)}")
    if len(salt) != _SALT_CHARS or not (record is None or isinstance(record, str)):
        raise RecordInvalid(f"not a disclosed value: {cut(raw)}")
    try:
        said = Disclosed(index, name, bytes.fromhex(salt), found, record)
    except ValueError:
        raise RecordInvalid(f"a salt that is no hex: {cut(salt)}") from None
    if render_disclosed(said) != raw.strip():
        raise RecordInvalid("a disclosed value that is not in canonical form")
    return said


def check_disclosed(said: Disclosed, envelope: bytes) -> None:
    """Hold a disclosed value against the record in an envelope, whose place was proven.

    Raises:
        ProofInvalid: it is about another record, or not the value that the record hides.
        EnvelopeInvalid, RecordInvalid: the envelope holds no record.
    """
    if said.record is not None and said.record != sha256_hex(envelope):
        raise ProofInvalid(f"the value is of another record than {said.index} is here")
    digest = digests_of(read_record_unverified(envelope).predicate).get(said.name)
    if digest is None:
        raise ProofInvalid(f"record {said.index} hides no {cut(said.name)}")
    if not matches(digest, said.salt, said.value):
        raise ProofInvalid(f"{cut(said.name)} of record {said.index} is not this value")
