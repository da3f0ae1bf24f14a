"""Objects are closed, and nothing else changes."""

from typing import Any

import pytest

from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.plan.typing import ToolTypingOptions, compile_input_schema, suggest_options

TEXT = {"type": "string"}
CARD = {"type": "object", "properties": {"number": TEXT}, "required": ["number"]}


def accepts(schema: dict[str, Any], arguments: Any) -> bool:
    options: ToolTypingOptions = suggest_options(schema, tool="t")
    closed = compile_input_schema(schema, tool="t", options=options).closed_schema
    return ArgumentCheck(closed).check(arguments) is None


def of(a: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": a}, **more}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (of(TEXT), {"a": "x"}, {"a": "x", "b": 1}),
        ({"type": "object"}, {}, {"b": 1}),
        (of(CARD), {"a": {"number": "1"}}, {"a": {"number": "1", "pin": 2}}),
        (
            of({"type": "array", "items": CARD}),
            {"a": [{"number": "1"}]},
            {"a": [{"number": "1", "pin": 2}]},
        ),
        (
            of({"anyOf": [CARD, {"type": "null"}]}),
            {"a": {"number": "1"}},
            {"a": {"number": "1", "pin": 2}},
        ),
        (
            of({"allOf": [CARD, {"properties": {"name": TEXT}}]}),
            {"a": {"number": "1", "name": "x"}},
            {"a": {"number": "1", "pin": 2}},
        ),
        (
            of({"$ref": "#/$defs/card"}, **{"$defs": {"card": CARD}}),
            {"a": {"number": "1"}},
            {"a": {"number": "1", "pin": 2}},
        ),
        (
            of({"oneOf": [of(CARD), TEXT]}),
            {"a": {"a": {"number": "1"}}},
            {"a": {"a": {"number": "1", "pin": 2}}},
        ),
        (of({"type": "array", "prefixItems": [CARD]}), {"a": [{"number": "1"}]}, {"a": [{"n": 1}]}),
    ],
)
def test_an_extra_key_is_refused_at_every_level(
    schema: dict[str, Any], good: Any, bad: Any
) -> None:
    assert accepts(schema, good)
    assert not accepts(schema, bad)


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        (of(TEXT, additionalProperties=True), {"b": 1}),
        (of(TEXT, additionalProperties=TEXT), {"b": "x"}),
        (of(TEXT, patternProperties={"^x": TEXT}), {"xb": "x"}),
        (of({"type": "object"}), {"a": {"anything": 1}}),
        (of({}), {"a": {"anything": 1}}),
        (of({**CARD, "additionalProperties": True}), {"a": {"number": "1", "pin": 2}}),
    ],
)
def test_an_object_that_says_so_itself_stays_open(schema: dict[str, Any], arguments: Any) -> None:
    assert accepts(schema, arguments)


def test_closing_below_a_negation_does_not_widen() -> None:
    schema = of(of(TEXT), **{"not": {"properties": {"a": of({"const": "x"})}, "required": ["a"]}})
    assert not accepts(schema, {"a": {"a": "x"}})
    assert accepts(schema, {"a": {"a": "y"}})


def test_closing_below_exactly_one_does_not_widen() -> None:
    open_one = {"type": "object", "properties": {"p": TEXT}}
    schema = of({"oneOf": [of(open_one), of({"type": "object", "properties": {"q": TEXT}})]})
    both = {"a": {"a": {"q": "x"}}}
    assert not accepts(schema, both), "the listed schema accepts both alternatives, so refuses it"
    assert accepts(of({"anyOf": schema["properties"]["a"]["oneOf"]}), both)
