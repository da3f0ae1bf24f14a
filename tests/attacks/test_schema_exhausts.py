"""A tool server sends a schema that would exhaust stack, memory or time."""

import time

import pytest

from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import (
    ActionSpec,
    ToolTypingOptions,
    cedar_schema,
    compile_input_schema,
    suggest_options,
)


def nested(levels: int) -> dict:
    schema = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def test_deep_nesting_is_refused_before_anything_recurses() -> None:
    with pytest.raises(PlanRefused, match="nested deeper"):
        compile_input_schema(nested(50_000), tool="t")


@pytest.mark.parametrize("levels", [20, 32, 33, 40])
def test_nesting_that_a_request_may_have_works(levels: int) -> None:
    schema = nested(levels)
    typed = compile_input_schema(schema, tool="t", options=suggest_options(schema, tool="t"))
    assert bool(typed.opaque) == (levels > 32)
    assert cedar_schema([ActionSpec("desk/t", typed, "Order", "{}")])


def test_a_list_that_contains_itself_is_refused() -> None:
    loop: dict = {"type": "object"}
    loop["properties"] = {"a": loop}
    with pytest.raises(PlanRefused):
        compile_input_schema(loop, tool="t")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "allOf": [{"$ref": "#"}]},
        {"type": "object", "$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}},
        {"type": "object", "not": {"$ref": "#"}},
        {
            "type": "object",
            "properties": {"x": {"type": "array", "contains": {"$ref": "#/$defs/b"}}},
            "$defs": {"b": {"if": {"$ref": "#/$defs/c"}}, "c": {"oneOf": [{"$ref": "#/$defs/b"}]}},
        },
    ],
)
def test_a_schema_that_is_its_own_condition_is_refused(schema: dict) -> None:
    with pytest.raises(PlanRefused, match="leads back to itself"):
        compile_input_schema(schema, tool="t")


def test_a_tree_is_opaque_from_where_it_repeats() -> None:
    schema = {
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/tree"}},
        "$defs": {
            "tree": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
                },
            }
        },
    }
    with pytest.raises(PlanRefused, match="contains itself"):
        compile_input_schema(schema, tool="t")
    options = suggest_options(schema, tool="t")
    assert options.opaque == ("tree.children",)
    typed = compile_input_schema(schema, tool="t", options=options)
    assert typed.cedar_args_type == '{"tree"?: {"name"?: String}}'
    check = ArgumentCheck(typed.closed_schema)
    assert check.check({"tree": {"children": [{"children": [{"name": "x"}]}]}}) is None
    assert check.check({"tree": {"children": [{"children": [{"nome": "x"}]}]}}) is not None


def test_references_that_double_at_each_step_are_refused_in_time() -> None:
    definitions = {
        f"d{i}": {
            "type": "object",
            "properties": {name: {"$ref": f"#/$defs/d{i + 1}"} for name in "ab"},
        }
        for i in range(30)
    }
    definitions["d30"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}
    started = time.monotonic()
    with pytest.raises(PlanRefused, match="more than 10000 arguments"):
        compile_input_schema(schema, tool="t")
    assert time.monotonic() - started < 10


def test_alternatives_that_double_at_each_step_are_refused_in_time() -> None:
    definitions = {
        f"d{i}": {"anyOf": [{"$ref": f"#/$defs/d{i + 1}"}, {"$ref": f"#/$defs/d{i + 1}"}]}
        for i in range(60)
    }
    definitions["d60"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}
    started = time.monotonic()
    with pytest.raises(PlanRefused):
        compile_input_schema(schema, tool="t")
    assert time.monotonic() - started < 10


def test_merged_definitions_that_double_at_each_step_are_refused_in_time() -> None:
    definitions = {
        f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}, {"$ref": f"#/$defs/d{i + 1}"}]}
        for i in range(40)
    }
    definitions["d40"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}
    started = time.monotonic()
    with pytest.raises(PlanRefused):
        compile_input_schema(schema, tool="t")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("pattern", ["(?=a)a", "(?<!x)y", r"(a)\1", "(a{1000}){1000}", "["])
def test_a_pattern_that_could_hang_is_a_load_error(pattern: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}
    with pytest.raises(PlanRefused) as caught:
        compile_input_schema(schema, tool="t")
    assert "linear time" in caught.value.advice


def test_a_pattern_bomb_is_matched_in_linear_time() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    check = ArgumentCheck(compile_input_schema(schema, tool="t").closed_schema)
    started = time.monotonic()
    assert check.check({"a": "a" * 60_000 + "!"}) is not None
    assert time.monotonic() - started < 2


def test_a_huge_enum_is_a_plain_text_and_says_so() -> None:
    values = [f"v{i}" for i in range(20_000)]
    typed = compile_input_schema(
        {"type": "object", "properties": {"a": {"enum": values}}}, tool="t"
    )
    assert typed.cedar_args_type == '{"a"?: String}'
    assert any("enum values" in warning for warning in typed.warnings)


def test_a_schema_that_is_too_large_is_refused() -> None:
    big = {
        "type": "object",
        "properties": {"a": {"type": "string", "description": "x" * 5_000_000}},
    }
    with pytest.raises(PlanRefused, match="4 MiB"):
        compile_input_schema(big, tool="t")


def test_a_thousand_tools_make_one_schema() -> None:
    schema = {
        "type": "object",
        "properties": {"a-b": {"type": "number"}, "kind": {"enum": ["x", "y"]}},
        "required": ["a-b"],
    }
    specs = [
        ActionSpec(
            f"desk/tool-{i}.x y",
            compile_input_schema(schema, tool=f"tool-{i}.x y"),
            "Order",
            "{}",
            ("writes",),
        )
        for i in range(1000)
    ]
    text = cedar_schema(specs)
    assert text.count("appliesTo") == 1000


def test_a_listed_opaque_path_stops_the_work_there() -> None:
    schema = {"type": "object", "properties": {"a": nested(30)}}
    typed = compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("a",)))
    assert typed.cedar_args_type == "{}"


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_members_that_double_at_each_step_are_refused(keyword: str) -> None:
    """A validator would take 2^30 steps on a value that fits nowhere."""
    definitions: dict = {
        f"d{i}": {
            keyword: [
                {"properties": {"c": {"$ref": f"#/$defs/d{i + 1}"}}},
                {"required": ["c"], "properties": {"c": {"$ref": f"#/$defs/d{i + 1}"}}},
            ]
        }
        for i in range(30)
    }
    definitions["d30"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}
    with pytest.raises(PlanRefused, match="too many alternatives"):
        compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("x",)))


def test_a_long_chain_of_references_is_refused() -> None:
    definitions: dict = {f"d{i}": {"anyOf": [{"$ref": f"#/$defs/d{i + 1}"}]} for i in range(5_000)}
    definitions["d5000"] = {"type": "string"}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}
    with pytest.raises(PlanRefused, match="references"):
        compile_input_schema(schema, tool="t")


def test_many_members_with_many_alternatives_are_refused_in_time() -> None:
    many = {"anyOf": [{"type": "string", "minLength": i} for i in range(4_000)]}
    members = {f"p{i}": {"$ref": "#/$defs/many"} for i in range(5_000)}
    schema = {"type": "object", "properties": members, "$defs": {"many": many}}
    started = time.monotonic()
    with pytest.raises(PlanRefused):
        compile_input_schema(schema, tool="t")
    assert time.monotonic() - started < 20


def tree_of(*branches: dict) -> dict:
    return {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/tree"}},
        "$defs": {"tree": {"anyOf": list(branches)}},
    }


def test_a_recursive_choice_that_doubles_at_each_level_is_refused() -> None:
    """With objects closed, a validator would take 2^32 steps on a value of depth 32."""
    again = {"c": {"$ref": "#/$defs/tree"}}
    schema = tree_of(
        {"type": "object", "properties": again},
        {"type": "object", "required": ["c"], "properties": again},
    )
    with pytest.raises(PlanRefused, match="too many alternatives"):
        compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("x",)))


def test_a_recursive_choice_by_different_members_is_checked_in_time() -> None:
    schema = tree_of(
        {"type": "object", "properties": {"not": {"$ref": "#/$defs/tree"}}},
        {
            "type": "object",
            "properties": {"and": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
        },
        {"type": "object", "properties": {"is": {"type": "string"}}},
    )
    typed = compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("x",)))
    value: object = 3
    for _ in range(14):
        value = {"not": {"and": [value]}}
    started = time.monotonic()
    assert ArgumentCheck(typed.closed_schema).check({"x": value}) is not None
    assert time.monotonic() - started < 2
