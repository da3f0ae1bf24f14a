"""One record of the log, by its place: where evidence that is named by a number can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from watchkeeper.console.views.decision import place
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.errors import LedgerError
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class RecordAt:
    """A record: its kind and time, and what it is about.

    `action_id` is the action that it belongs to, whose page says the rest. Of any other record,
    which holds nothing that is withheld, `says` is all that it says, as JSON.
    """

    ref: Ref
    kind: Kind
    at: Instant
    subject: str
    digest: str
    action_id: str
    says: str


async def record(visit: Visit) -> RecordAt | Missing:
    """Return the record at a place."""
    ref = place(f"{visit.params['shard']}/{visit.params['index']}")
    if ref is None:
        return Missing("this is no place in a log")
    try:
        found = visit.home.log.entry(ref).record
    except LedgerError:
        return Missing("there is no record at this place, or its shard is not here")
    said: Any = found.predicate
    action = getattr(said, "action_id", None) or ""
    return RecordAt(
        ref=ref,
        kind=found.kind,
        at=said.at,
        subject=found.subject,
        digest=found.digest,
        action_id=action,
        says="" if action else orjson.dumps(to_json(said), option=orjson.OPT_INDENT_2).decode(),
    )
