"""Our own RFC 8785 gives the bytes of the library that we hold ourselves to."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from watchkeeper.ledger.jcs import render_jcs

numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
@example({"\ue000": 1, "\U00010000": 2, "é": 3})
@example('\x00\x1f\x7f\u2028"\\/\b\f\n\r\t')
def test_values(value: Any) -> None:
    assert render_jcs(value) == rfc8785.dumps(value)


@given(numbers)
@example(1e21)
@example(1e20)
@example(1e-6)
@example(1e-7)
@example(-0.0)
@example(5e-324)
@example(1.7976931348623157e308)
@example(123456789012345680000.0)
@example(0.000001234)
def test_numbers(value: float) -> None:
    assert render_jcs(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 1}, b"x"]
)
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        render_jcs(value)
    with pytest.raises((ValueError, TypeError, AttributeError)):
        rfc8785.dumps(value)
