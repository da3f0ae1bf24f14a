"""A disclosed value: comes back as it was, and of foreign bytes only our own error comes."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import render_json
from watchkeeper.verify.disclosure import Disclosed, parse_disclosed, render_disclosed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SAID = st.builds(
    Disclosed,
    st.integers(0, 2**40),
    TEXT,
    st.binary(min_size=16, max_size=16),
    VALUES,
    st.none() | st.just("a" * 64),
)


@given(SAID)
def test_it_comes_back_as_it_was(said: Disclosed) -> None:
    assert parse_disclosed(render_disclosed(said)) == said


@given(SAID, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(
    said: Disclosed, data: st.DataObject
) -> None:
    raw = bytearray(render_disclosed(said))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(RecordInvalid):
        assert parse_disclosed(bytes(raw)) != said


@given(st.binary(max_size=200))
def test_of_any_bytes_only_our_own_error_comes(raw: bytes) -> None:
    with contextlib.suppress(RecordInvalid):
        assert render_disclosed(parse_disclosed(raw)) == raw.strip()


@pytest.mark.parametrize(
    "change",
    [
        {"index": True},
        {"index": -1},
        {"index": 1.5},
        {"salt": "zz" * 16},
        {"salt": "0" * 30},
        {"record": 7},
        {"more": 1},
        {"name": None},
    ],
)
def test_what_is_no_disclosed_value_is_refused(change: dict[str, Any]) -> None:
    said = {"index": 1, "name": "result", "salt": "0" * 32, "value": None}
    with pytest.raises(RecordInvalid):
        parse_disclosed(render_json({**said, **change}))
