"""What of a payload its record binds, beside the values (evidence format, 1).

A retry is recognised by the ids of its keys and by `same`; an approval holds for `shownFacts`; what
happened before is recognised by `tracked`. All of them are digests, and stand in the payload, since
together with the home's secret they could confirm a guess. The record holds HMAC-SHA-256 digests of
them, under salts that stand in the payload by the same names, and go with it. So nobody can change
or take away one of them behind the record's back.

An allowed action's payload leaves `{"keys": [...], "same": ..., "tracked": [...], "salts": {...}}`
when it is erased: what still counts, and the salts of exactly that.

In the same way a standing approval binds for what it is (`keyed`), and a drill which actions are
its own, and when (`cases`).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import EnvelopeInvalid, LogInconsistent, RecordInvalid
from watchkeeper.ledger.canonical import hidden_digest, parse_json_unverified
from watchkeeper.ledger.envelope import read_own_record
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.ledger.frame import Frame
from watchkeeper.records.action import DecisionRecord, Outcome, RetryKey
from watchkeeper.records.drill import DrillRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.lent import DelegationRecord
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Entry, Record

KEYS, SAME, SHOWN_FACTS, TRACKED = "keys", "same", "shownFacts", "tracked"
KEYED, CASES, RESOURCES = "keyed", "cases", "resources"
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, RecordInvalid)


@dataclass(frozen=True, slots=True)
class Beside:
    """How what stands beside a record stands to it.

    `wrong` names what is not as recorded, None if all is. `until` is the moment until which
    something would count that an erasure took away; None where it took nothing of that kind.
    """

    wrong: str | None = None
    until: Instant | None = None


def beside(record: Record, body: Any, *, erased: bool = False) -> Beside:
    """Hold a payload, or what an erasure kept of it, against its record.

    A record that binds nothing (an older one, a block, one of another kind) is held to nothing.
    """
    said = record.predicate
    if isinstance(said, DecisionRecord) and said.same is not None:
        try:
            return _decision(said, body, erased=erased)
        except _MALFORMED:
            return Beside(KEYS)
    if isinstance(said, StandingRecord) and said.keyed is not None:
        return Beside(None if is_recorded(said.keyed, body, KEYED) else KEYED)
    if isinstance(said, DrillRecord) and said.cases is not None:
        found = isinstance(body, Mapping) and {**body, CASES: plants_of(body)}
        return Beside(None if is_recorded(said.cases, found, CASES) else CASES)
    if isinstance(said, DelegationRecord) and body and not erased:
        return Beside(None if _as_many(said, body) else RESOURCES)
    return Beside()


def is_recorded(digest: str | None, body: Any, name: str) -> bool:
    """Tell whether a payload holds under a name what its record holds as a salted digest."""
    try:
        return _is(digest, body["salts"], name, body[name])
    except _MALFORMED:
        return False


def plants_of(body: Mapping[str, Any]) -> Any:
    """Return what a drill binds of its cases: commitment, action and time of each, in order."""
    try:
        return [[case[name] for name in ("commitment", "actionId", "due")] for case in body[CASES]]
    except _MALFORMED:
        return None


def beside_entry(entry: Entry) -> Beside:
    """Hold what stands beside a record that was read back against it."""
    return beside(entry.record, entry.beside, erased=entry.erased is not None)


def check_frame(frame: Frame) -> None:
    """Hold the payload in a frame against the record in it.

    Raises:
        LogInconsistent: it is not the one that was recorded, or there is no record.
    """
    try:
        record = read_own_record(frame.envelope)
        body = parse_json_unverified(frame.payload) if frame.payload else {}
    except (EnvelopeInvalid, RecordInvalid) as error:
        raise LogInconsistent(f"record {frame.index} can not be read: {error.message}") from None
    stub = parse_stub(body)
    found = beside(record, body if stub is None else stub.kept, erased=stub is not None)
    if found.wrong is not None:
        raise not_recorded(str(frame.index), found.wrong)


def not_recorded(where: str, name: str) -> LogInconsistent:
    """Return what is raised where a payload is not the recorded one."""
    return LogInconsistent(
        f"the payload of record {where} is not the recorded one: its `{name}` is another"
    )


def _as_many(said: DelegationRecord, body: Any) -> bool:
    """Each resource has a digest of its own in the record; one more would have none."""
    named = body.get(RESOURCES, ()) if isinstance(body, Mapping) else None
    return isinstance(named, list | tuple) and len(named) == len(said.resources)


def _decision(said: DecisionRecord, body: Any, *, erased: bool) -> Beside:
    if not erased:
        return Beside(_whole(said, body))
    if said.decision.outcome is not Outcome.ALLOW:
        return Beside(KEYS if body else None)
    return _kept(said, body)


def _whole(said: DecisionRecord, body: Mapping[str, Any]) -> str | None:
    salts = body["salts"]
    if _left_of(said.keys, body[KEYS], salts) != ():
        return KEYS
    if not _is(said.same, salts, SAME, body.get(SAME)):
        return SAME
    if not _is_tracked(said, body, salts):
        return TRACKED
    facts = body.get(SHOWN_FACTS)
    if said.shown_facts is None:
        return None if facts is None else SHOWN_FACTS
    return None if _is(said.shown_facts, salts, SHOWN_FACTS, facts) else SHOWN_FACTS


def _kept(said: DecisionRecord, kept: Mapping[str, Any]) -> Beside:
    """Of what an erasure kept: a caller's own keys stay for good, the rest while it counts."""
    salts = kept.get("salts", {})
    gone = _left_of(said.keys, kept.get(KEYS, []), salts)
    if gone is None or any(key.refuse_after for key in gone):
        return Beside(KEYS)
    if SAME in kept and not _is(said.same, salts, SAME, kept[SAME]):
        return Beside(SAME)
    counted = [key.seconds for key in (gone if SAME in kept else said.keys)]
    if TRACKED in kept and not _is_tracked(said, kept, salts):
        return Beside(TRACKED)
    if said.tracked is not None and TRACKED not in kept:
        counted.append(said.tracked.seconds)
    return Beside(until=max((said.at.plus(seconds) for seconds in counted), default=None))


def _left_of(
    recorded: tuple[RetryKey, ...], keys: Any, salts: Mapping[str, Any]
) -> tuple[RetryKey, ...] | None:
    """Return the recorded keys that are not there; None if one is there that is not recorded."""
    left, gone = list(recorded), []
    for key in keys:
        while left and not _is_key(left[0], key, salts):
            gone.append(left.pop(0))
        if not left:
            return None
        left.pop(0)
    return (*gone, *left)


def _is_key(recorded: RetryKey, key: Mapping[str, Any], salts: Mapping[str, Any]) -> bool:
    said = {"seconds": recorded.seconds, "refuseAfter": recorded.refuse_after, "id": key["id"]}
    return key == said and _is(recorded.digest, salts, KEYS, key["id"])


def _is_tracked(said: DecisionRecord, body: Mapping[str, Any], salts: Mapping[str, Any]) -> bool:
    if said.tracked is None or TRACKED not in body:
        return said.tracked is None and TRACKED not in body
    salt = bytes.fromhex(salts[TRACKED])
    return hmac.compare_digest(hidden_digest(salt, body[TRACKED]), said.tracked.digest)


def _is(digest: str | None, salts: Mapping[str, Any], name: str, value: Any) -> bool:
    if digest is None or name not in salts:
        return False
    return hmac.compare_digest(hidden_digest(bytes.fromhex(salts[name]), value), digest)
