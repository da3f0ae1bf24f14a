"""A record as one JSON value: what `log show --json` prints, with the log and shard it is of."""

from __future__ import annotations

from watchkeeper.check.export.emitter import Emitter
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.statement import Entry


def record_line(entry: Entry, emitter: Emitter) -> Json:
    """Return a record as a JSON value."""
    record = entry.record
    return {
        "origin": emitter.origin_at(entry.ref),
        "shard": entry.ref.shard,
        "index": entry.ref.index,
        "kind": record.kind.value,
        "subject": {"name": record.subject, "digest": record.digest},
        "predicate": to_json(record.predicate),
    }
