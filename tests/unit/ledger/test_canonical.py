from __future__ import annotations

import hashlib
import hmac
import math
import subprocess
import sys
from typing import Any

import pytest

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import (
    MAX_ARGUMENT_BYTES,
    MAX_DEPTH,
    canonical,
    canonical_arguments,
    check_arguments,
    hidden_digest,
    parse_canonical,
    parse_json,
    parse_json_unverified,
    render_checked,
    render_json,
)

BIG = 2**53


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_records_are_sorted_and_bare() -> None:
    assert (
        canonical({"b": [1, None, True], "a": "é\n"}) == '{"a":"é\\n","b":[1,null,true]}'.encode()
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        BIG,
        -BIG,
        {"é": 1},
        {1: 2},
        "\ud800",
        b"x",
        {1},
        {"a": [1.5]},
        nested(201),
    ],
)
def test_records_refuse(value: Any) -> None:
    with pytest.raises(RecordInvalid):
        canonical(value)


def test_rendering_what_was_checked_still_refuses_foreign_keys() -> None:
    assert render_checked({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1})
    with pytest.raises(RecordInvalid):
        render_checked({"é": 1})


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1,"a":1}', b'{"a": 1}', b'{"b":1,"a":2}', b'"\\u0041"', b"1.0", b"[1]\n", b"", b"nul"],
)
def test_only_the_one_spelling_is_parsed(raw: bytes) -> None:
    with pytest.raises(RecordInvalid):
        parse_canonical(raw)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1.0, b"1"),
        (1e21, b"1e+21"),
        (-0.0, b"0"),
        ({"€": 1, "\U0001f600": 2, "ﬀ": 3}, '{"€":1,"\U0001f600":2,"ﬀ":3}'.encode()),
        ({"a": [1, 2]}, b'{"a":[1,2]}'),
    ],
)
def test_arguments_follow_rfc_8785(value: Any, wanted: bytes) -> None:
    assert canonical_arguments(value) == wanted


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", {"\udfff": 1.5}, BIG, {1: 2.5}]
)
def test_arguments_without_canonical_form(value: Any) -> None:
    with pytest.raises(RecordInvalid):
        canonical_arguments(value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        BIG,
        -BIG,
        1e16,
        {"a": [{"__entity": {}}]},
        {"__extn": 1},
        "\ud800",
        {"\udc00": 1},
        nested(MAX_DEPTH + 1),
        "x" * MAX_ARGUMENT_BYTES,
        {1: 2},
        {"a": (1, {2})},
    ],
)
def test_what_no_request_may_hold(value: Any) -> None:
    with pytest.raises(RecordInvalid):
        check_arguments(value)


def test_what_a_request_may_hold() -> None:
    assert check_arguments({"amount": 12.5, "ids": [1, BIG - 1], "naïve": None}) == (
        '{"amount":12.5,"ids":[1,9007199254740991],"naïve":null}'.encode()
    )
    assert check_arguments(nested(MAX_DEPTH)) == b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH
    assert len(check_arguments("x" * (MAX_ARGUMENT_BYTES - 2))) == MAX_ARGUMENT_BYTES


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'[{"a":{"b":1,"b":1}}]',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b'"\\ud800"',
        b'{"\\ud800":1}',
        b"\xff",
        "\ud800",
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b"{",
        b"1" * 5000,
    ],
)
def test_strict_parsing_refuses(raw: bytes | str) -> None:
    with pytest.raises(RecordInvalid):
        parse_json(raw)


def test_strict_parsing() -> None:
    assert parse_json('{"a":[1,2.5,"\\ud83d\\ude00"]}') == {"a": [1, 2.5, "\U0001f600"]}
    with pytest.raises(RecordInvalid, match="11 bytes"):
        parse_json(b"[1,2,3,4,5]", max_bytes=10)


def test_payloads_keep_floats_and_refuse_nan() -> None:
    value = {"a": 1.5, "b": None, "c": "null"}
    assert parse_json_unverified(render_json(value)) == value
    with pytest.raises(RecordInvalid):
        render_json({"a": math.nan})


def test_a_hidden_value_is_a_keyed_digest() -> None:
    salt = bytes(range(16))
    wanted = hmac.new(salt, b'{"a":1}', hashlib.sha256).hexdigest()
    assert hidden_digest(salt, {"a": 1.0}) == wanted


_STDLIB_ONLY = """
import sys
for name in ("orjson", "rfc8785", "pydantic", "httpx2"):
    sys.modules[name] = None
import watchkeeper.verify
from watchkeeper.ledger.canonical import canonical, parse_canonical
text = "\\x7f\\u2028\\u00e9\\U0001f600\\b\\t\\n\\f\\r\\x1f\\"\\\\/"
value = {"b": [text, -5, None, True], "a": {}}
sys.stdout.buffer.write(canonical(value))
assert parse_canonical(canonical(value)) == value
"""


def test_the_standard_library_alone_gives_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STDLIB_ONLY], capture_output=True, check=True, timeout=60
    )
    value = {"b": ['\x7f\u2028\u00e9\U0001f600\b\t\n\f\r\x1f"\\/', -5, None, True], "a": {}}
    assert done.stdout == canonical(value)
