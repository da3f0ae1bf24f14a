"""A tool server points its schema somewhere else, to change it later or to make us fetch."""

import pytest

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import ToolTypingOptions, compile_input_schema

REMOTE = [
    "https://evil.example/schema.json",
    "http://127.0.0.1:9/x",
    "file:///etc/passwd",
    "//evil.example/x",
    "other.json#/a",
    "urn:x:y",
    "",
    "#anchor",
]


@pytest.mark.parametrize("ref", REMOTE)
@pytest.mark.parametrize("where", ["root", "property", "unused", "not", "opaque"])
def test_nothing_is_fetched_and_the_tool_is_not_callable(ref: str, where: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    bad = {"$ref": ref}
    if where == "root":
        schema["allOf"] = [bad]
    elif where == "property":
        schema["properties"]["b"] = bad
    elif where == "unused":
        schema["$defs"] = {"x": {"properties": {"y": bad}}}
    elif where == "not":
        schema["not"] = {"properties": {"a": bad}}
    else:
        schema["properties"]["b"] = {"type": "object", "additionalProperties": bad}
    with pytest.raises(PlanRefused, match="tool `t`") as caught:
        compile_input_schema(schema, tool="t", options=ToolTypingOptions(opaque=("b",)))
    assert caught.value.advice


@pytest.mark.parametrize("keyword", ["$id", "$dynamicRef", "$anchor", "$dynamicAnchor"])
def test_what_changes_the_meaning_of_references_is_refused(keyword: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", keyword: "#x"}}}
    with pytest.raises(PlanRefused):
        compile_input_schema(schema, tool="t")


def test_an_anchor_that_nothing_may_refer_to_is_harmless() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"$anchor": "named", "type": "string"}},
    }
    assert compile_input_schema(schema, tool="t").cedar_args_type == '{"a"?: String}'
    schema["properties"] = {"a": {"$ref": "#named"}}
    with pytest.raises(PlanRefused):
        compile_input_schema(schema, tool="t")


def test_the_schema_s_own_id_and_dialect_are_harmless() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://shop.example/refund",
        "type": "object",
        "properties": {"a": {"$ref": "#/definitions/a"}},
        "definitions": {"a": {"type": "string"}},
    }
    typed = compile_input_schema(schema, tool="t")
    assert typed.cedar_args_type == '{"a"?: String}'
    assert not {"$schema", "$id"} & typed.closed_schema.keys()
