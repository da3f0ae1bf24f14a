"""On the domain of records, orjson, the standard library and RFC 8785 agree to the byte."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import (
    _stdlib_dumps,
    canonical,
    canonical_arguments,
    check_arguments,
    parse_canonical,
    parse_json,
)

MAX = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = TEXT.filter(lambda name: name not in {"__entity", "__extn"})
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX, MAX) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX, MAX)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1, allow_nan=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)
SETTINGS = settings(max_examples=150)


@SETTINGS
@given(RECORDS)
def test_three_renderers_agree(value: Any) -> None:
    out = canonical(value)
    assert out == rfc8785.dumps(value)
    assert out == _stdlib_dumps(value)
    assert parse_canonical(out) == value


@SETTINGS
@given(VALUES)
def test_arguments_are_rfc_8785_and_stay_so(value: Any) -> None:
    out = canonical_arguments(value)
    assert out == rfc8785.dumps(value)
    again = parse_json(out)
    assert canonical_arguments(again) == out
    assert check_arguments(again) == out


@settings(max_examples=1000)
@given(FLOATS | FLOATS.map(lambda x: x / 1e290) | st.floats(1e-6, 1e-2) | st.floats(1e13, 1e22))
def test_every_float_is_written_as_rfc_8785_does(value: float) -> None:
    try:
        expected = rfc8785.dumps([value])
    except rfc8785.IntegerDomainError:
        return
    assert canonical_arguments([value]) == expected


@SETTINGS
@given(ANYTHING)
def test_anything_else_is_refused_in_one_way(value: Any) -> None:
    for render in (canonical, canonical_arguments, check_arguments):
        try:
            out = render(value)
        except RecordInvalid:
            continue
        json.loads(out)


@SETTINGS
@given(st.binary(max_size=60) | TEXT.map(str.encode))
def test_parsers_never_fail_otherwise(raw: bytes) -> None:
    for parse in (parse_json, parse_canonical):
        with contextlib.suppress(RecordInvalid):
            parse(raw)
