"""What of a home's payloads goes into a bundle: all of it, or single values by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, parse_json_unverified
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record
from watchkeeper.verify.bundle.manifest import disclosed_name, payload_name
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.values import held_values


@dataclass(frozen=True, slots=True)
class Disclosing:
    """What to disclose: `whole` payloads, or the values of these names."""

    whole: bool
    names: tuple[str, ...]


def disclosed_members(
    disclosing: Disclosing,
    shelf: Shelf,
    payloads: Iterable[tuple[int, bytes]],
    later: Counter[int],
) -> Iterator[tuple[str, bytes]]:
    """Yield the members that disclose, in their order.

    The payload of a plan release is left out: it holds the plan, which has a place of its own.
    What was erased is left out too, for the erasure record says so; where that stands in a later
    shard, of which the bundle holds nothing, `later` counts it.

    Raises:
        RecordInvalid: a payload whose value is not the recorded one.
    """
    for index, raw in payloads:
        stub = parse_stub(parse_json_unverified(raw))
        if stub is not None:
            if stub.shard is not None:
                later[stub.shard] += 1
            continue
        record = read_record_unverified(shelf.entry(index))
        if not disclosing.whole:
            yield from sorted(_values(index, record, raw, disclosing.names))
        elif record.kind is not Kind.PLAN_RELEASE:
            yield payload_name(index), raw


def render_disclosed(index: int, name: str, salt: bytes, value: object) -> bytes:
    """Return the bytes of a disclosed value: canonical JSON by RFC 8785."""
    said = {"index": index, "name": name, "salt": salt.hex(), "value": value}
    return canonical_arguments(said)


def _values(
    index: int, record: Record, raw: bytes, names: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    body = parse_json_unverified(raw)
    for held in held_values(record.predicate, body):
        if held.name not in names:
            continue
        found = held.value()
        if found is None:
            raise RecordInvalid(f"record {index}: its payload holds another {cut(held.name)}")
        made = render_disclosed(index, held.name, held.salt, found[0])
        yield disclosed_name(index, held.name), made
