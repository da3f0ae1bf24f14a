"""Stubs: as long as the payload was, with nothing in them but what has to stay."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.homes import PIN
from watchkeeper.ledger.canonical import parse_json, sha256_hex
from watchkeeper.ledger.erasure import (
    ErasedBy,
    erasure_digest,
    kept_of,
    parse_stub,
    render_stub,
    spans_of,
)
from watchkeeper.ledger.marks import Decided, Marks
from watchkeeper.records.action import (
    Accountable,
    Boundary,
    Decision,
    DecisionRecord,
    Engine,
    Outcome,
    Point,
    Reason,
)
from watchkeeper.records.codec import to_json
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.statement import Erased, Record

AT = Instant(1_000_000_000)
KEY = {"id": "a" * 64, "seconds": 60, "refuseAfter": True}
WINDOW = {"id": "b" * 64, "seconds": 60, "refuseAfter": False}
BODY = {
    "keys": [KEY, WINDOW],
    "same": "c" * 64,
    "request": {"nonce": "secret"},
    "salts": {"x": "y"},
}


def decision(outcome: Outcome) -> Record:
    said = DecisionRecord(
        at=AT,
        action_id="a",
        decision=Decision(outcome, (Reason.PERMITTED,)),
        agent="agent",
        system="system",
        stage=Stage.PILOT,
        method="tools/call",
        server="server",
        tool="tool",
        writes=True,
        point=Point("mcp-gateway", Boundary.EXCLUSIVE),
        engine=Engine("cedar", "4"),
        plan="0" * 64,
        accountable=Accountable(),
        duration_micros=1,
        pin=PIN,
    )
    return Record(Kind.DECISION, "action", "0" * 64, said)


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (59, {"keys": [KEY, WINDOW], "same": "c" * 64}),
        (61, {"keys": [KEY]}),
    ],
)
def test_ids_of_keys_stay_as_long_as_they_count(after: float, kept: dict[str, Any]) -> None:
    assert kept_of(decision(Outcome.ALLOW), BODY, AT.plus(after)) == kept


@pytest.mark.parametrize("outcome", [Outcome.BLOCK, Outcome.ESCALATE])
def test_of_what_was_not_allowed_nothing_stays(outcome: Outcome) -> None:
    assert kept_of(decision(outcome), BODY, AT) == {}


@given(
    by=st.integers(0, 2**53 - 1),
    length=st.integers(1, 400),
    keep=st.booleans(),
    shard=st.none() | st.integers(1, 2**31),
)
def test_a_stub_is_exactly_as_long_as_the_payload(
    by: int, length: int, keep: bool, shard: int | None
) -> None:
    kept = {"keys": [KEY]} if keep else {}
    stub = render_stub(by, kept, length, shard)
    assert len(stub) == length
    if length >= 200:
        assert parse_stub(parse_json(stub)) == Erased(by, kept, shard)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"erased": 7, "in": "1"},
        {"erased": 7, "in": None},
        {"in": 1},
        {"erased": "7"},
        {"erased": True},
        {"erased": 7, "request": {}},
        {"kept": {}},
        [7],
        None,
    ],
)
def test_what_is_no_stub_is_not_taken_for_one(body: Any) -> None:
    assert parse_stub(body) is None


@given(st.sets(st.integers(0, 60)))
def test_spans_hold_exactly_the_indexes(indexes: set[int]) -> None:
    spans = spans_of(indexes)
    assert [i for span in spans for i in range(span.first, span.end)] == sorted(indexes)
    assert all(one.end < other.first for one, other in itertools.pairwise(spans))
    marks = Marks()
    for index in indexes:
        marks.add(index)
    assert list(marks) == sorted(indexes)
    erased = ErasedBy([(99, ErasureRecord(AT, ErasureKind.AGE, spans))])
    assert [i for i in range(70) if erased.of(i) == 99] == sorted(indexes)


def test_what_goes_and_what_waits_are_signed_apart() -> None:
    spans = (Span(1, 2),)
    assert erasure_digest(spans, ()) != erasure_digest((), spans)


def test_an_erasure_of_its_own_shard_says_what_it_always_said() -> None:
    spans, deferred = (Span(2, 5), Span(9, 10)), (Span(7, 8),)
    said = ErasureRecord(AT, ErasureKind.AGE, spans, deferred=deferred)
    assert "shard" not in to_json(said)
    assert erasure_digest(spans, deferred) == sha256_hex(b"[[[2,5],[9,10]],[[7,8]]]")
    assert to_json(replace(said, shard=0))["shard"] == 0
    assert erasure_digest(spans, deferred, 0) == sha256_hex(b"[[[2,5],[9,10]],[[7,8]],0]")


def test_the_newest_erasure_of_a_record_counts() -> None:
    said = ErasureRecord(AT, ErasureKind.AGE, (Span(1, 3),))
    assert ErasedBy([(7, said), (9, said)]).of(2) == 9


def test_a_decision_is_found_again_and_nothing_else_is_taken_for_one() -> None:
    decided = Decided()
    decided.add(3, "plan", "", AT)
    decided.add(7, "plan", "system", AT.plus(1))
    assert decided.of(3) == ("plan", "", AT)
    assert decided.of(7) == ("plan", "system", AT.plus(1))
    assert [decided.of(index) for index in (-1, 0, 5, 8)] == [None] * 4
