"""Cedar files cut into statements."""

from __future__ import annotations

import json

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.plan.policies.statements import statements

_ONE = 'permit (principal, action, resource) when { "a;b" == "c\\"; //d" };'


def test_each_statement_has_the_line_where_it_begins() -> None:
    text = f'// a comment; with a semicolon\n\n{_ONE}\n\n  // another\n  @id("x")\n  {_ONE} {_ONE}'
    found = list(statements(text))
    assert [statement.line for statement in found] == [3, 6, 7]
    assert found[0].text == _ONE
    assert found[1].text.startswith("@id")


def test_a_comment_inside_a_statement_stays_inside() -> None:
    text = "permit (principal, // here; too\n action, resource);"
    (only,) = statements(text)
    assert only.text == text


def test_a_last_statement_without_its_end_is_kept() -> None:
    assert [s.text for s in statements(f"{_ONE}\npermit (principal")] == [_ONE, "permit (principal"]


@pytest.mark.parametrize("text", ["", "\n\n", "// nothing\n", "   "])
def test_nothing_gives_nothing(text: str) -> None:
    assert list(statements(text)) == []


_PIECES = st.sampled_from(
    [_ONE, "\n", " ", "// x ; y\n", '@id("a;")\n', "forbid(principal, action, resource);"]
)


@settings(max_examples=100)
@given(st.lists(_PIECES, max_size=8).map("".join))
def test_cutting_finds_as_many_policies_as_the_official_parser(text: str) -> None:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError:
        return
    assert len(list(statements(text))) == len(parsed["staticPolicies"])
