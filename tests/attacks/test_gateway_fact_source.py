"""Facts that can not be had, or are none: block, with the source named (decision semantics, 2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.gateway import World, refused

MOODS: dict[str, dict[str, Any]] = {
    "error": {"look": "error"},
    "no-structure": {"look": "plain"},
    "silence": {"look": "hang"},
    "text-for-a-number": {"account": {"limit": "100,000"}},
    "boolean-for-a-number": {"account": {"limit": True}},
    "number-for-a-boolean": {"account": {"open": 1}},
    "text-for-a-boolean": {"account": {"open": "yes"}},
    "null": {"account": {"limit": None}},
    "list": {"account": {"limit": [1.0]}},
    "object": {"account": {"limit": {"__extn": {"fn": "decimal", "arg": "9.0"}}}},
    "nan": {"account": {"limit": float("nan")}},
    "infinity": {"account": {"limit": float("inf")}},
    "too-large": {"account": {"limit": 1e300}},
    "beyond-2^53": {"account": {"limit": 2**63}},
    "too-many-places": {"account": {"limit": 1.00001}},
}


@pytest.mark.parametrize("name", MOODS)
def test_a_fact_that_can_not_be_had_blocks(till: World, name: str) -> None:
    till.mood(**MOODS[name])
    try:
        decided = refused(till, lambda: till.call("pay", to="x", amount=1), "could-not-evaluate")
    finally:
        till.mood()
    (entry,) = [
        e
        for e in till.entries()
        if getattr(e.record.predicate, "action_id", "") == decided.action_id
    ]
    assert entry.payload is not None
    assert [read["source"] for read in entry.payload.body["facts"]["read"]] == ["account"]


def test_no_fact_is_read_for_what_is_refused_anyway(till: World) -> None:
    """A source that fails is not even asked: the refusal is about the request."""
    till.mood(look="error")
    refused(till, lambda: till.call("pay", to="x", amount="1"), "invalid-request")
    refused(till, lambda: till.call("pay", agent="stranger", to="x", amount=1), "no-authority")


def test_a_fact_widens_nothing(till: World) -> None:
    till.mood(account={"limit": 900_000_000.0})
    refused(till, lambda: till.call("pay", to="x", amount=5000), "no-authority")


def test_a_source_that_recovers_is_believed_again(till: World) -> None:
    till.mood(look="error")
    refused(till, lambda: till.call("pay", to="x", amount=1), "could-not-evaluate")
    till.mood()
    assert till.call("pay", to="x", amount=1).done
