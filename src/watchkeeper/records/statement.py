"""A record: what is said, about what, when (evidence format, 1).

A record becomes an in-toto Statement v1. Its predicate is one of the dataclasses of this package;
`PREDICATES` says which belongs to which kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.records.codec import Json, from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import PREDICATES, Kind, Ref

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_PREFIX = "urn:x-watchkeeper:"
_SUFFIX = ":v1"


class Predicate(Protocol):
    """What every predicate has: the time of the record."""

    @property
    def at(self) -> Instant:
        """When the record was made, by the home's clock; never decreases in a log."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """One thing said.

    `subject` names what the record is about (`action`, `plan`, `home`, ...), `digest` is the
    SHA-256 of that thing in lower-case hex.
    """

    kind: Kind
    subject: str
    digest: str
    predicate: Any


@dataclass(frozen=True, slots=True)
class Payload:
    """What stands beside a record but not in the log: values, salts and the nonce.

    A JSON object; user values may be any JSON, floats included. Erasing removes it.
    """

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left of an erased payload: the erasure record's index, and what had to stay.

    The erasure record stands in the same shard, or in the later one that `shard` names.
    """

    by: int
    kept: Mapping[str, Any]
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as read back: where it stands, what it says, and its payload if still there."""

    ref: Ref
    record: Record
    payload: Payload | None
    erased: Erased | None = None

    @property
    def beside(self) -> Mapping[str, Any]:
        """What stands beside the record: its payload, what was kept of it, or nothing."""
        if self.payload is not None:
            return self.payload.body
        return self.erased.kept if self.erased is not None else {}


def statement_of(record: Record) -> Json:
    """Render the in-toto Statement v1 of a record, as a JSON value."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": record.subject, "digest": {"sha256": record.digest}}],
        "predicateType": f"{_PREFIX}{record.kind.value}{_SUFFIX}",
        "predicate": to_json(record.predicate),
    }


def parse_statement(value: Json) -> Record:
    """Parse a JSON value as the statement of one of our records.

    Raises:
        RecordInvalid: naming what is wrong.
    """
    if not isinstance(value, dict) or value.get("_type") != STATEMENT_TYPE:
        raise RecordInvalid("not an in-toto Statement v1")
    if set(value) != {"_type", "subject", "predicateType", "predicate"}:
        raise RecordInvalid(f"statement with other keys than it should have: {cut(sorted(value))}")
    kind = _kind_of(value["predicateType"])
    name, digest = _subject_of(value["subject"])
    return Record(kind, name, digest, from_json(PREDICATES[kind], value["predicate"]))


def _kind_of(text: object) -> Kind:
    if isinstance(text, str) and text.startswith(_PREFIX) and text.endswith(_SUFFIX):
        try:
            return Kind(text[len(_PREFIX) : -len(_SUFFIX)])
        except ValueError:
            pass
    raise RecordInvalid(f"unknown predicate type: {cut(text)}")


def _subject_of(value: object) -> tuple[str, str]:
    match value:
        case [{"name": str(name), "digest": {"sha256": str(digest)}}] if len(digest) == 64:
            return name, digest
    raise RecordInvalid(f"not one subject with one SHA-256: {cut(value)}")
