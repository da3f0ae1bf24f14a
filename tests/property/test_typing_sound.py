"""Whatever the schema: what passes the check is encoded in the types that the plan declared."""

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
slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def typed(schema: Any) -> TypedTool:
    try:
        options = suggest_options(schema, tool="t")
        return compile_input_schema(schema, tool="t", options=options)
    except PlanRefused as refusal:
        assert refusal.advice
        assume(False)
        raise


@settings(max_examples=100, deadline=None, suppress_health_check=slow)
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


@settings(max_examples=100, deadline=None, suppress_health_check=slow)
@given(st.data())
def test_the_closed_schema_accepts_nothing_that_the_listed_one_refuses(
    data: st.DataObject,
) -> None:
    schema = data.draw(schemas)
    tool = typed(schema)
    arguments = data.draw(arguments_for(schema) | values)
    if ArgumentCheck(tool.closed_schema).check(arguments) is None:
        assert Draft202012Validator(schema, validate_formats=True).is_valid(arguments)


@settings(max_examples=100, deadline=None, suppress_health_check=slow)
@given(st.data())
def test_an_argument_that_is_not_declared_is_refused(data: st.DataObject) -> None:
    schema = data.draw(schemas.filter(lambda item: not item.get("additionalProperties")))
    tool = typed(schema)
    arguments = data.draw(arguments_for(schema))
    check = ArgumentCheck(tool.closed_schema)
    assume(check.check(arguments) is None)
    assert check.check({**arguments, "smuggled": 1}) is not None


@settings(max_examples=100, deadline=None, suppress_health_check=slow)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                """type properties items required enum const $ref $defs anyOf oneOf allOf not if
                then format pattern minimum additionalProperties patternProperties prefixItems
                dependentSchemas $id $schema $anchor definitions a b""".split()
            ),
            inner,
            max_size=4,
        ),
        max_leaves=20,
    ),
    st.booleans(),
)
def test_any_json_is_typed_or_refused_with_advice(schema: Any, as_object: bool) -> None:
    if as_object and isinstance(schema, dict):
        schema = {**schema, "type": "object"}
    try:
        tool = compile_input_schema(
            schema, tool="t", options=suggest_options(schema, tool="t")
        )
    except PlanRefused as refusal:
        assert refusal.advice
    else:
        assert isinstance(tool.closed_schema, dict)


@pytest.mark.parametrize("schema", [None, True, [], "x", 3, {}, {"type": "string"}])
def test_no_object_at_the_root_is_refused(schema: Any) -> None:
    with pytest.raises(PlanRefused, match="tool `t`"):
        compile_input_schema(schema, tool="t")
