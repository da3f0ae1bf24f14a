"""Whatever the schema: what passes the check is encoded in the types that the plan declared."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from tests.worlds.schemas import arguments_for, schemas, values
from tests.worlds.typed_call import evaluate
from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.do.encode.encoder import ArgumentEncoder, Encoded, Unencodable
from watchkeeper.errors import PlanRefused
from watchkeeper.plan.typing import (
    ActionSpec,
    TypedTool,
    cedar_schema,
    compile_input_schema,
    suggest_options,
)
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.typing import Node

PERMIT = "permit(principal, action, resource);"
broken = st.one_of(
    values,
    st.text(max_size=3),
    st.floats(),
    st.sampled_from(
        [
            {"$ref": "#"},
            {"$ref": "#/properties"},
            {"$ref": 3},
            {"type": "object", "additionalProperties": {}},
            {"properties": {"": {"$ref": "#/$defs/tree"}}},
            {"format": "int64"},
            {"pattern": "("},
            {"patternProperties": {"^x": True}},
            {"dependentSchemas": {"a": {"properties": {"z": {}}}}},
            {"items": [{"type": "string"}]},
            "\ud800",
            10**400,
            (),
            b"x",
        ]
    ),
)
slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def loaded(schema: Any) -> TypedTool | PlanRefused:
    try:
        options = suggest_options(schema, tool="t")
        return compile_input_schema(schema, tool="t", options=options)
    except PlanRefused as refusal:
        return refusal


def typed(schema: Any) -> TypedTool:
    tool = loaded(schema)
    assume(isinstance(tool, TypedTool))
    assert isinstance(tool, TypedTool)
    return tool


@settings(max_examples=100, suppress_health_check=slow)
@given(st.data())
def test_what_is_accepted_is_of_the_declared_types(data: st.DataObject) -> None:
    schema = data.draw(schemas)
    tool = typed(schema)
    arguments = data.draw(arguments_for(schema))
    assume(ArgumentCheck(tool.closed_schema).check(arguments) is None)
    root = from_json(Node, to_json(tool.root))
    encoded = ArgumentEncoder(root, tool.derived).encode(arguments)
    if isinstance(encoded, Unencodable):
        # Exactness is the only reason left: the check has accepted the types.
        assert any(word in encoded.why for word in ("decimal places", "beyond", "time")), encoded
        return
    assert isinstance(encoded, Encoded)
    cedar = cedar_schema([ActionSpec("desk/t", tool, "Order", "{}", ("writes",))])
    assert evaluate(cedar, "desk/t", encoded, PERMIT) == "allow"


@settings(max_examples=100, suppress_health_check=slow)
@given(st.data())
def test_the_closed_schema_accepts_nothing_that_the_listed_one_refuses(
    data: st.DataObject,
) -> None:
    schema = data.draw(schemas)
    tool = typed(schema)
    arguments = data.draw(arguments_for(schema) | values)
    if ArgumentCheck(tool.closed_schema).check(arguments) is None:
        assert Draft202012Validator(schema, validate_formats=True).is_valid(arguments)


@settings(max_examples=100, suppress_health_check=slow)
@given(st.data())
def test_an_argument_that_is_not_declared_is_refused(data: st.DataObject) -> None:
    schema = data.draw(schemas.filter(lambda item: not item.get("additionalProperties")))
    tool = typed(schema)
    arguments = data.draw(arguments_for(schema))
    check = ArgumentCheck(tool.closed_schema)
    assume(check.check(arguments) is None)
    assert check.check({**arguments, "smuggled": 1}) is not None


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a JSON value."""
    found: list[tuple[Any, Any]] = []
    pending = [value]
    while pending:
        item = pending.pop()
        pairs = list(item.items() if isinstance(item, dict) else enumerate(item))
        found += [(item, key) for key, _inner in pairs]
        pending += [inner for _key, inner in pairs if isinstance(inner, dict | list)]
    return found


@settings(max_examples=150, suppress_health_check=slow)
@given(st.data())
def test_a_broken_schema_is_typed_or_refused_with_advice(data: st.DataObject) -> None:
    schema = copy.deepcopy(data.draw(schemas))
    for _ in range(data.draw(st.integers(1, 3))):
        places = places_in(schema)
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        container[key] = copy.deepcopy(data.draw(broken))
    tool = loaded(schema)
    if isinstance(tool, PlanRefused):
        assert tool.advice
    else:
        assert ArgumentCheck(tool.closed_schema).check([]) is not None


@pytest.mark.parametrize("schema", [None, True, [], "x", 3, {}, {"type": "string"}])
def test_no_object_at_the_root_is_refused(schema: Any) -> None:
    with pytest.raises(PlanRefused, match="tool `t`"):
        compile_input_schema(schema, tool="t")
