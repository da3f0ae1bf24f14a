"""Each rule of typing, by the Cedar type that it gives."""

from typing import Any

import pytest

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import (
    ToolTypingOptions,
    TypedTool,
    compile_input_schema,
    suggest_options,
)

TEXT = {"type": "string"}


def typed(schema: Any, *, required: bool = True, **options: Any) -> TypedTool:
    """Type one argument `a`."""
    needed = ["a"] if required else []
    whole = {"type": "object", "properties": {"a": schema}, "required": needed}
    return compile_input_schema(whole, tool="t", options=ToolTypingOptions(**options))


@pytest.mark.parametrize(
    ("schema", "cedar"),
    [
        (TEXT, '"a": String'),
        ({"type": "string", "format": "email"}, '"a": String'),
        ({"type": "string", "format": "duration"}, '"a": String'),
        ({"type": "boolean"}, '"a": Bool'),
        ({"type": "integer"}, '"a": Long'),
        ({"type": "integer", "enum": [1, 2]}, '"a": Long'),
        ({"enum": [1, 2]}, '"a": Long'),
        ({"type": "number"}, '"a": decimal'),
        ({"enum": [0.5, 1]}, '"a": decimal'),
        ({"type": ["integer", "number"]}, '"a": decimal'),
        ({"enum": ["x", "y"]}, '"a": E_t::a'),
        ({"const": "x"}, '"a": E_t::a'),
        ({"enum": ["x", None]}, '"a"?: E_t::a'),
        ({"oneOf": [{"const": "x", "title": "X"}, {"const": "y"}]}, '"a": E_t::a'),
        ({"type": "string", "format": "date-time"}, '"a": datetime'),
        ({"type": "string", "format": "date"}, '"a": datetime'),
        ({"type": "string", "format": "ipv6"}, '"a": ipaddr'),
        ({"type": ["string", "null"]}, '"a"?: String'),
        ({"anyOf": [TEXT, {"type": "null"}], "default": None}, '"a"?: String'),
        ({"type": "string", "nullable": True}, '"a": String'),
        ({"type": "string", "anyOf": [{"minLength": 1}, {"pattern": "x"}]}, '"a": String'),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, '"a": decimal'),
        ({"type": ["string", "integer"]}, '"a": {"integer"?: Long, "string"?: String}'),
        (
            {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            '"a": {"array"?: Set<String>, "string"?: String}',
        ),
        ({"type": "object", "properties": {}}, '"a": {}'),
        ({"type": "object", "additionalProperties": False}, '"a": {}'),
        (
            {"type": "object", "properties": {"b": TEXT, "c": TEXT}, "required": ["c"]},
            '"a": {"b"?: String, "c": String}',
        ),
        (
            {"allOf": [{"type": "object", "properties": {"b": TEXT}}, {"required": ["b"]}]},
            '"a": {"b": String}',
        ),
        (
            {"type": "object", "properties": {"b": TEXT, "c": False}},
            '"a": {"b"?: String}',
        ),
        ({"type": "array", "items": TEXT}, '"a": Set<String>'),
        ({"type": "array", "items": {"type": "boolean"}}, '"a": Set<Bool>'),
        ({"type": "array", "items": {"enum": ["x"]}}, '"a": Set<E_t::a>'),
        (
            {"type": "array", "items": {"type": "integer"}},
            '"a": {"values": Set<Long>, "min"?: Long, "max"?: Long}',
        ),
        (
            {"type": "array", "items": {"type": "number"}},
            '"a": {"min"?: decimal, "max"?: decimal}',
        ),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, '"a": Set<String>'),
        (
            {"type": "array", "items": {"type": "object", "properties": {"b": TEXT}}},
            '"a": {"b": Set<String>}',
        ),
        (
            {"type": "array", "items": {"type": ["string", "integer", "null"]}},
            (
                '"a": {"integer": {"values": Set<Long>, "min"?: Long, "max"?: Long}, '
                '"string": Set<String>}'
            ),
        ),
    ],
)
def test_a_schema_has_its_cedar_type(schema: dict[str, Any], cedar: str) -> None:
    assert typed(schema).cedar_args_type == f"{{{cedar}}}"


def test_what_is_not_required_is_optional() -> None:
    assert typed(TEXT, required=False).cedar_args_type == '{"a"?: String}'


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({}, "any value"),
        (True, "any value"),
        ({"minimum": 3}, "any value"),
        ({"type": "null"}, "nothing but null"),
        ({"type": "object"}, "free-form"),
        ({"type": "object", "additionalProperties": TEXT}, "free-form"),
        ({"type": "array"}, "list of anything"),
        ({"type": "array", "items": {}}, "any value"),
        ({"type": "array", "prefixItems": [TEXT]}, "tuple"),
        ({"anyOf": [{"type": "object", "properties": {}}, {"type": "object"}]}, "JSON type"),
    ],
)
def test_what_policy_could_not_see_must_be_listed(schema: Any, why: str) -> None:
    with pytest.raises(PlanRefused, match=why) as caught:
        typed(schema)
    assert "`a (" in str(caught.value)
    assert "opaque:" in caught.value.advice
    assert typed(schema, opaque=("a",)).cedar_args_type == "{}"


@pytest.mark.parametrize(
    "more",
    [
        {"additionalProperties": True},
        {"additionalProperties": TEXT},
        {"unevaluatedProperties": True},
        {"patternProperties": {"^x-": TEXT}},
        {"anyOf": [{"properties": {"c": TEXT}}, {"required": ["b"]}]},
        {"if": {"required": ["b"]}, "then": {"properties": {"d": TEXT}}},
        {"dependentSchemas": {"b": {"properties": {"d": TEXT}}}},
    ],
)
def test_undeclared_members_must_be_listed(more: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"b": TEXT}, **more}
    with pytest.raises(PlanRefused, match=r"a\.\*"):
        typed(schema)
    tool = typed(schema, opaque=("a.*",))
    assert tool.cedar_args_type == '{"a": {"b"?: String}}'
    assert tool.root.attributes["a"].open


def test_branches_that_only_restrict_need_no_listing() -> None:
    schema = {
        "type": "object",
        "properties": {"b": TEXT, "c": TEXT},
        "anyOf": [{"required": ["b"]}, {"properties": {"c": {"const": "x"}}}],
        "not": {"properties": {"z": TEXT}},
    }
    assert typed(schema).cedar_args_type == '{"a": {"b"?: String, "c"?: String}}'


def test_all_unseen_paths_are_named_at_once_and_suggested() -> None:
    schema = {
        "type": "object",
        "properties": {
            "x": {},
            "y": {"type": "array", "items": {"type": "object", "properties": {"z": {}}}},
        },
        "additionalProperties": True,
    }
    with pytest.raises(PlanRefused) as caught:
        compile_input_schema(schema, tool="t")
    assert all(f"`{path} (" in caught.value.message for path in ("x", "y.z", "*"))
    options = suggest_options(schema, tool="t")
    assert set(options.opaque) == {"x", "y.z", "*"}
    assert compile_input_schema(schema, tool="t", options=options).cedar_args_type == '{"y"?: {}}'


@pytest.mark.parametrize(
    "options",
    [
        {"opaque": ("b",)},
        {"opaque": ("a", "a.b")},
        {"scale": {"b": 6}},
        {"scale": {"a": 6}},
        {"scale": {"a": 0}},
        {"scale": {"a": 16}},
        {"scale": {"a": True}},
    ],
)
def test_an_option_that_fits_nothing_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(PlanRefused, match="tool `t`"):
        typed(TEXT, **options)


def test_a_scaled_number_is_a_long_with_its_places_in_the_name() -> None:
    numbers = {"type": "array", "items": {"type": "number"}}
    assert typed({"type": "number"}, scale={"a": 6}).cedar_args_type == '{"a_e6": Long}'
    assert '"a_e2": {"values": Set<Long>' in typed(numbers, scale={"a": 2}).cedar_args_type


def test_sizes_are_of_lists_outside_lists() -> None:
    lists = {"type": "array", "items": {"type": "array", "items": TEXT}}
    tool = typed({"type": "object", "properties": {"b": lists}})
    assert tool.cedar_size_type == '{"a.b": Long}'
    assert typed({"type": "array"}, opaque=("a",)).cedar_size_type == "{}"


def test_numbers_without_a_lower_bound_are_named() -> None:
    tool = compile_input_schema(
        {
            "type": "object",
            "properties": {
                "free": {"type": "number"},
                "bound": {"type": "number", "exclusiveMinimum": 0},
                "zero": {"type": "integer", "minimum": 0},
            },
        },
        tool="t",
    )
    assert tool.unbounded == ("free",)


def test_an_unknown_format_is_a_warning() -> None:
    assert "int64" in typed({"type": "string", "format": "int64"}).warnings[0]


def test_older_drafts_are_read_as_they_mean() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "pair": {"type": "array", "items": [TEXT, TEXT], "additionalItems": False},
            "a": TEXT,
            "b": TEXT,
        },
        "dependencies": {"a": ["b"]},
    }
    tool = compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("pair",)))
    assert tool.closed_schema["properties"]["pair"]["prefixItems"] == [TEXT, TEXT]
    assert tool.closed_schema["dependentRequired"] == {"a": ["b"]}
    with pytest.raises(PlanRefused, match="dialect"):
        compile_input_schema({**schema, "$schema": "https://x.example"}, tool="t")
