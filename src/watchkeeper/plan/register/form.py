"""The register as bytes, and back, and the digest that a plan has of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import (
    MAX_RECORD_DEPTH,
    canonical_arguments,
    parse_json,
    sha256_hex,
)
from watchkeeper.plan.register.content import FORMAT, KINDS, Register
from watchkeeper.plan.workspace.models.organisation import AimsFile

MAX_BYTES = 64 * 1024 * 1024
_KEYS = {"format", "aims", "files", "documents", "bases"}


def register_bytes(register: Register) -> bytes:
    """Render a register by RFC 8785; what says the same is the same bytes."""
    return canonical_arguments(register.value)


def register_digest(raw: bytes) -> str:
    """Return the name of a register: SHA-256 of its bytes, in hex."""
    return sha256_hex(raw)


def parse_register(raw: bytes) -> Register:
    """Parse a register that `register_bytes` rendered.

    Raises:
        RecordInvalid: not a register, of a format that we do not know, or not in canonical form.
    """
    value = parse_json(raw, max_bytes=MAX_BYTES, max_depth=MAX_RECORD_DEPTH)
    known = value.get("format") if isinstance(value, dict) else None
    if known != FORMAT or set(value) != _KEYS:
        raise RecordInvalid(f"not a register of format {FORMAT}: {cut(known)}")
    if canonical_arguments(value) != raw:
        raise RecordInvalid("a register that is not in canonical form")
    places = {place.kind: place for place in KINDS}
    given = _table("files", value["files"])
    files = {kind: _table(kind, given.get(kind, {})) for kind in places}
    unknown = set(given) - set(places)
    if unknown:
        raise RecordInvalid(f"a register with an unknown kind: {cut(min(unknown))}")
    return Register(
        value=value,
        aims=_checked(AimsFile, "aims", value["aims"]),
        files={
            kind: {
                id_: _checked(places[kind].model, f"{kind} {id_}", says)
                for id_, says in found.items()
            }
            for kind, found in files.items()
        },
        digests=_digests(value["documents"]),
    )


def _digests(value: Any) -> dict[str, str]:
    found = _table("documents", value)
    if not all(isinstance(digest, str) for digest in found.values()):
        raise RecordInvalid("a register with a document whose digest is no text")
    return found


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordInvalid(f"a register whose {cut(name)} is no object")
    return value


def _checked(kind: type[BaseModel], name: str, value: Any) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RecordInvalid(f"a register whose {cut(name)} does not hold at {cut(place)}") from None
