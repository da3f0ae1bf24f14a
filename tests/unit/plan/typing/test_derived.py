"""Declarations of derived values: a fixed menu, checked against the schema."""

from typing import Any

import pytest

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import ToolTypingOptions, TypedTool, compile_input_schema

SCHEMA = {
    "type": "object",
    "properties": {
        "note": {"type": "string"},
        "must": {"type": "string"},
        "nums": {"type": "array", "items": {"type": "number"}},
        "meta": {"type": "object"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string"},
                    "price": {"type": "number"},
                    "flag": {"type": "boolean"},
                    "parts": {"type": "array", "items": {"type": "number"}},
                    "box": {"type": "object", "properties": {"w": {"type": "number"}}},
                    "tags": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"n": {"type": "number"}}},
                    },
                },
            },
        },
    },
    "required": ["must"],
}


def derive(**said: Any) -> TypedTool:
    options = ToolTypingOptions(opaque=("meta",), derived={"d": said})
    return compile_input_schema(SCHEMA, tool="t", options=options)


@pytest.mark.parametrize(
    ("said", "cedar"),
    [
        ({"op": "count", "path": "items"}, '{"d": Long}'),
        ({"op": "count", "path": "meta"}, '{"d": Long}'),
        ({"op": "distinct", "path": "items", "field": "sku"}, '{"d": Long}'),
        ({"op": "sum", "path": "nums"}, '{"d": decimal}'),
        ({"op": "sum", "path": "items", "product": ["price", "box.w"]}, '{"d": decimal}'),
        ({"op": "max", "path": "nums"}, '{"d"?: decimal}'),
        ({"op": "length", "path": "note"}, '{"d"?: Long}'),
        ({"op": "length", "path": "must"}, '{"d": Long}'),
        ({"op": "lower", "path": "note"}, '{"d"?: String}'),
        ({"op": "lower", "path": "items.sku"}, '{"d": Set<String>}'),
        ({"op": "keys", "path": "meta"}, '{"d": Set<String>}'),
        ({"op": "unique_by", "path": "items", "fields": ["sku", "flag"]}, '{"d": Bool}'),
    ],
)
def test_a_declaration_has_its_type(said: dict[str, Any], cedar: str) -> None:
    assert derive(**said).cedar_derived_type == cedar


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"op": "average", "path": "nums"},
        {"op": "sum"},
        {"op": "sum", "path": "nope"},
        {"op": "sum", "path": ["nums"]},
        {"op": "sum", "path": "note"},
        {"op": "sum", "path": "items"},
        {"op": "sum", "path": "items", "product": []},
        {"op": "sum", "path": "items", "product": ["sku"]},
        {"op": "sum", "path": "items", "product": [3]},
        {"op": "sum", "path": "items", "product": ["parts"]},
        {"op": "sum", "path": "items", "product": ["tags.n"]},
        {"op": "sum", "path": "nums", "signed": "yes"},
        {"op": "sum", "path": "nums", "sighned": True},
        {"op": "sum", "path": "items.parts"},
        {"op": "count", "path": "note"},
        {"op": "count", "path": "items", "where": {"field": "sku"}},
        {"op": "count", "path": "items", "where": [{"field": "sku"}]},
        {"op": "count", "path": "items", "where": [{"field": "sku", "more_than": 3}]},
        {"op": "count", "path": "items", "where": [{"field": "price", "equals": "x"}]},
        {"op": "count", "path": "items", "where": [{"field": "price", "more_than": "x"}]},
        {"op": "count", "path": "items", "where": [{"field": "price", "equals": None}]},
        {"op": "count", "path": "items", "where": [3]},
        {"op": "length", "path": "nums"},
        {"op": "length", "path": "items.sku"},
        {"op": "url_host", "path": "nums"},
        {"op": "keys", "path": "note"},
        {"op": ["sum"], "path": "nums"},
    ],
)
def test_a_declaration_that_fits_nothing_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(PlanRefused, match="derived value `d`") as caught:
        derive(**said)
    assert caught.value.advice


@pytest.mark.parametrize("declared", [{"a b": {"op": "keys", "path": "meta"}}, {"d": 3}, {"": {}}])
def test_a_declaration_with_a_bad_name_or_shape_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(PlanRefused, match="derived value"):
        compile_input_schema(
            SCHEMA, tool="t", options=ToolTypingOptions(opaque=("meta",), derived=declared)
        )


def test_an_argument_named_derived_leaves_no_room_for_derived_values() -> None:
    schema = {"type": "object", "properties": {"derived": {"type": "string"}}}
    compile_input_schema(schema, tool="t")
    with pytest.raises(PlanRefused, match="named `derived`"):
        compile_input_schema(
            schema,
            tool="t",
            options=ToolTypingOptions(derived={"d": {"op": "length", "path": "derived"}}),
        )
