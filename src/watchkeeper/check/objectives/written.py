"""A measurement to be kept (ISO/IEC 42001:2023, 9.1), and whether one that was kept holds."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.check.objectives.model import Measured, Measurement
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.records.day import day_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry

CAPTURED, RECONSTRUCTED = "captured", "reconstructed"


@dataclass(frozen=True, slots=True)
class Covering:
    """The checkpoint that covers what was measured; `sound` tells that the whole log verified."""

    checkpoint: Checkpoint
    shard: int
    sound: bool


def covered(entries: Iterable[Entry], covering: Covering) -> Iterator[Entry]:
    """Yield the records that a checkpoint covers: with its shard, all of those before."""
    for entry in entries:
        shard, index = entry.ref.shard, entry.ref.index
        if shard > covering.shard or (
            shard == covering.shard and index >= covering.checkpoint.size
        ):
            return
        yield entry


def written(found: Measurement, covering: Covering, name: str, by: str | None) -> dict[str, Any]:
    """Return a measurement as its file has it; its evaluation is left to a person.

    It has whole seconds, so measure as of one.
    """
    origin = CAPTURED if covering.sound else RECONSTRUCTED
    said: dict[str, Any] = {"id": name, "on": day_of(found.at)}
    if by is not None:
        said["by"] = by
    return {
        **said,
        "plan": found.plan,
        "checkpoint": {
            "origin": covering.checkpoint.origin,
            "shard": covering.shard,
            "size": covering.checkpoint.size,
            "root": base64.b64encode(covering.checkpoint.root).decode(),
        },
        "rows": [_row(row, origin) for row in found.rows],
    }


def _row(row: Measured, origin: str) -> dict[str, Any]:
    value = row.text()
    return {
        "objective": row.objective.id,
        **({} if value is None else {"value": value}),
        "of": row.of,
        "met": row.met,
        "window": {"start": _second(row.start), "end": _second(row.end)},
        "origin": origin,
    }


def _second(at: Instant) -> str:
    return f"{str(at)[:19]}Z"


def differences(said: Iterable[Mapping[str, Any]], found: Measurement) -> list[str]:
    """Say how rows that were kept differ from what the same records give now.

    Rows that a person attests are not of the log, and are left out.
    """
    rows = {row.objective.id: _row(row, "") for row in found.rows}
    wrong = []
    for one in said:
        name = one["objective"]
        again = rows.get(name)
        if one["origin"] == "attested":
            continue
        if again is None:
            wrong.append(f"{name}: the plan that it was measured under has no such objective")
            continue
        wrong += [
            f"{name}: {key} is said to be {one.get(key)}, and is {again.get(key)}"
            for key in ("value", "of", "met")
            if one.get(key) != again.get(key)
        ]
    return wrong
