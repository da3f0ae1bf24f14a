"""What stands in the place of an erased payload, and what an erasure is about (evidence format, 1).

The stub is JSON as long as the payload was, filled up with blanks, so that no record moves:
`{"erased": <index of the erasure record>, "in": <its shard>, "kept": {...}}`, with `in` only where
the record is in a later shard. It keeps no value: of an allowed action the ids of its keys, which
are HMAC digests under a secret of the home (I3), and what binds them to the record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

from watchkeeper.ledger.canonical import canonical, render_json, sha256_hex
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord
from watchkeeper.records.erasure import ErasureRecord, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import AnswerRecord, QuestionRecord
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.plan.bounds import Happened
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Erased, Record

NEVER_ERASED = frozenset({Kind.GENESIS, Kind.PLAN_RELEASE, Kind.STANDING})
"""A plan is no personal data, and everything that was decided by it is replayed with it. Beside a
standing approval stands no value: a digest, keyed with a secret of the home."""
_ERASED, _IN, _KEPT = "erased", "in", "kept"
_ABOUT_A_DECISION = (
    EffectRecord | VerdictRecord | QuestionRecord | AnswerRecord | DrillRevealedRecord
)
_OPENS = ("commitment", "due", "actionId", "salt", "request", "expected", "wrong")


def erasure_digest(
    spans: Iterable[Span], deferred: Iterable[Span], shard: int | None = None
) -> str:
    """Return the digest of exactly which records an erasure is about: what a person signs.

    `shard` is the older shard that they stand in, None where it is the erasure's own.
    """
    said: list[Any] = [[[span.first, span.end] for span in some] for some in (spans, deferred)]
    return sha256_hex(canonical(said if shard is None else [*said, shard]))


def spans_of(indexes: Iterable[int]) -> tuple[Span, ...]:
    """Return the fewest spans that hold exactly these indexes, which come in any order."""
    found: list[Span] = []
    first = end = -1
    for index in sorted(indexes):
        if index > end >= 0:
            found.append(Span(first, end))
        if index > end or end < 0:
            first = index
        end = index + 1
    return (*found, Span(first, end)) if end >= 0 else ()


class ErasedBy:
    """Which erasure record says that the payload of a record is erased; the newest, if several.

    All of them are about one shard.
    """

    def __init__(self, erasures: Iterable[tuple[int, ErasureRecord]]) -> None:
        self._sets = [
            (index, [span.first for span in spans], [span.end for span in spans])
            for index, said in erasures
            for spans in [sorted(said.spans)]
        ]

    def of(self, index: int) -> int | None:
        """Return the index of the erasure record, or None."""
        for by, firsts, ends in reversed(self._sets):
            at = bisect_right(firsts, index) - 1
            if at >= 0 and index < ends[at]:
                return by
        return None


def decision_of(record: Record) -> Ref | None:
    """Return the decision that a record is about: an effect, a verdict, a question, an answer.

    What reveals a planted one, too. It is as old as the decision, and stays as long by the plan.
    None for any other record.
    """
    said = record.predicate
    return said.decision if isinstance(said, _ABOUT_A_DECISION) else None


def kept_of(record: Record, body: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    """Return what of a payload that is erased at `at` has to stay: no value, no nonce.

    The ids of an allowed action's keys stay as long as they count: a caller's own for good, since
    a retry that comes late must not execute; a derived one until its window is over. With them
    stay the salts of the digests by which the record binds them, and nothing else. So do the keys
    by which it counts for what happened before, as long as it counts; those of untrusted content
    for good, since they count from the end of the action on, whenever that comes, and are names
    of an agent and a task. Of a drill stays what opens its commitments, which are over digests.
    """
    said = record.predicate
    kept: dict[str, Any]
    if isinstance(said, DrillRecord):
        cases = body.get("cases", ())
        kept = {"cases": [{name: case[name] for name in _OPENS} for case in cases]}
        return kept if said.cases is None else {**kept, "salts": body["salts"]}
    if not isinstance(said, DecisionRecord) or said.decision.outcome is not Outcome.ALLOW:
        return {}
    live = [key for key in body.get("keys", ()) if said.at.plus(key["seconds"]) > at]
    keys = [key for key in body.get("keys", ()) if key in live or key["refuseAfter"]]
    kept = {"keys": keys} if keys else {}
    if live and "same" in body:
        kept["same"] = body["same"]
    if said.tracked is not None and (
        said.at.plus(said.tracked.seconds) > at or _taints(body["tracked"])
    ):
        kept["tracked"] = body["tracked"]
    if not kept:
        return {}
    salts = {name: salt for name, salt in body.get("salts", {}).items() if name in kept}
    return {**kept, "salts": salts} if said.same is not None else kept


def _taints(tracked: Iterable[Mapping[str, Any]]) -> bool:
    return any(track["kind"] == Happened.UNTRUSTED for track in tracked)


def render_stub(by: int, kept: Mapping[str, Any], length: int, shard: int | None = None) -> bytes:
    """Render what takes the place of a payload of `length` bytes, exactly as long.

    `shard` is that of the erasure record, where it is a later one. A payload too short to name its
    erasure held no value: two braces are left of it.
    """
    named = {_ERASED: by} if shard is None else {_ERASED: by, _IN: shard}
    said = {**named, _KEPT: dict(kept)} if kept else named
    for text in (render_json(said), render_json(named), b"{}"):
        if len(text) <= length:
            return text.ljust(length)
    return b" " * length


def parse_stub(body: Any) -> Erased | None:
    """Return what a stub says, or None for a payload that is none."""
    if not isinstance(body, dict) or not set(body) <= {_ERASED, _IN, _KEPT}:
        return None
    by, shard, kept = body.get(_ERASED), body.get(_IN), body.get(_KEPT, {})
    if type(by) is not int or not isinstance(kept, dict):
        return None
    if _IN in body and type(shard) is not int:
        return None
    return Erased(by, kept, shard)
