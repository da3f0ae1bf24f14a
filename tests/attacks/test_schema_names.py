"""A tool server uses names that mean something to Cedar, to paths, or to nobody."""

import cedarpy
import pytest

from tests.worlds.typed_call import TypedCall
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import (
    ActionSpec,
    ToolTypingOptions,
    cedar_schema,
    compile_input_schema,
)

ODD = [
    "if", "in", "like", "has", "true", "then", "principal", "context", "args", "nulls", "__cedar",
    "Action", "String", "decimal", "ip", "type", "id", "fn", "arg", "*", "a-b c", 'quo"te',
    "back\\slash", "new\nline", "nul\0", "é", "日本語", "😀", "x" * 500, " ", "", "1", "__expr",
    "constructor", "u{41}", "\\u{41}", "$ref", "//", "/* */", "a;b", "{}", "@id",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_property_name_is_typed_encoded_and_evaluated(name: str) -> None:
    kinds = {"string": "x", "integer": 3, "boolean": True, "number": 1.5}
    for kind, value in kinds.items():
        schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
        call = TypedCall(schema)
        assert call.decide({name: value}, "permit(principal, action, resource);") == "allow"
        assert call.decide({}, "permit(principal, action, resource);") == "refused"


@pytest.mark.parametrize("name", ODD)
def test_an_odd_property_name_can_name_an_enum_and_a_list(name: str) -> None:
    schema = {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": {"enum": ["a", name]}},
            f"{name}2": {"enum": [name]},
        },
    }
    call = TypedCall(schema)
    decided = call.decide(
        {name: ["a", name], f"{name}2": name}, "permit(principal,action,resource);"
    )
    assert decided == "allow"


@pytest.mark.parametrize("tool", ["a-b", "a.b", "a b", "返金", "if", "x" * 300, 'q"t', "a/b", ""])
def test_an_odd_tool_name_is_an_action(tool: str) -> None:
    schema = {"type": "object", "properties": {"k": {"enum": ["x"]}}}
    call = TypedCall(schema, tool=tool)
    assert call.decide({"k": "x"}, "permit(principal, action, resource);") == "allow"


@pytest.mark.parametrize("name", ["__entity", "__extn"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_property_that_the_engine_would_interpret_is_refused(name: str, nested: bool) -> None:
    inner = {"type": "object", "properties": {name: {"type": "string"}}}
    schema = {"type": "object", "properties": {"a": inner}} if nested else inner
    with pytest.raises(PlanRefused, match="Cedar interprets"):
        compile_input_schema(schema, tool="t")


def test_a_dotted_name_that_is_also_a_path_is_refused() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a.b": {"type": "integer"},
            "a": {"type": "object", "properties": {"b": {"type": "integer"}}},
        },
    }
    with pytest.raises(PlanRefused, match="dotted path"):
        compile_input_schema(schema, tool="t")


def test_two_enums_with_one_entity_type_are_refused() -> None:
    schema = {"type": "object", "properties": {"a-b": {"enum": ["x"]}, "a_b": {"enum": ["y"]}}}
    with pytest.raises(PlanRefused, match="entity type"):
        compile_input_schema(schema, tool="t")
    compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("a_b",)))


def test_a_scaled_name_that_is_taken_is_refused() -> None:
    schema = {
        "type": "object",
        "properties": {"lat": {"type": "number"}, "lat_e6": {"type": "integer"}},
    }
    with pytest.raises(PlanRefused, match="attribute"):
        compile_input_schema(schema, tool="t", options=ToolTypingOptions(scale={"lat": 6}))
    compile_input_schema(schema, tool="t", options=ToolTypingOptions(scale={"lat": 7}))


def test_enums_of_two_tools_do_not_mix() -> None:
    one = compile_input_schema({"type": "object", "properties": {"k": {"enum": ["x"]}}}, tool="a-b")
    two = compile_input_schema({"type": "object", "properties": {"k": {"enum": ["y"]}}}, tool="a_b")
    specs = [ActionSpec("desk/a-b", one, "Order", "{}"), ActionSpec("desk/a_b", two, "Order", "{}")]
    with pytest.raises(PlanRefused, match="enum type"):
        cedar_schema(specs)
    other = compile_input_schema(
        {"type": "object", "properties": {"k": {"enum": ["y"]}}},
        tool="a_b",
        options=ToolTypingOptions(namespace="second"),
    )
    text = cedar_schema([specs[0], ActionSpec("desk/a_b", other, "Order", "{}")])
    assert "namespace E_second" in text
    cedarpy.Schema.from_str(text)


@pytest.mark.parametrize("name", ["Agent", "System", "Action", "if", "a b", "", "é", "9x", "A::B"])
def test_a_resource_type_that_is_no_name_is_refused(name: str) -> None:
    typed = compile_input_schema({"type": "object"}, tool="t")
    with pytest.raises(PlanRefused, match="resource type"):
        cedar_schema([ActionSpec("desk/t", typed, name, "{}")])


@pytest.mark.parametrize("action", ["reads", "writes", "server:desk"])
def test_an_action_with_the_name_of_a_group_is_refused(action: str) -> None:
    typed = compile_input_schema({"type": "object"}, tool="t")
    with pytest.raises(PlanRefused, match="name of a group"):
        cedar_schema([ActionSpec(action, typed, "Order", "{}", ("server:desk",))])


def test_two_tools_with_one_action_are_refused() -> None:
    typed = compile_input_schema({"type": "object"}, tool="t")
    spec = ActionSpec("desk/t", typed, "Order", "{}")
    with pytest.raises(PlanRefused, match="two tools"):
        cedar_schema([spec, spec])
