"""An agent sends values that the policy engine would interpret: entities and extension calls."""

from typing import Any

import pytest

from tests.worlds.typed_call import TypedCall
from watchkeeper.do.encode.encoder import Encoded
from watchkeeper.plan.typing import ToolTypingOptions

ENTITY = {"__entity": {"type": "Agent", "id": "root"}}
CALL = "decimal"
EXTENSION = {"__extn": {"fn": CALL, "arg": "1.0"}}
SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "number"},
        "note": {"type": "string"},
        "kind": {"enum": ["a", "b"]},
        "who": {"type": ["string", "integer"]},
        "meta": {"type": "object"},
        "rec": {
            "type": "object",
            "properties": {"type": {"type": "string"}, "id": {"type": "string"}},
        },
        "call": {
            "type": "object",
            "properties": {"fn": {"type": "string"}, "arg": {"type": "string"}},
        },
        "items": {"type": "array", "items": {"type": "string"}},
    },
}
WORLD = TypedCall(SCHEMA, options=ToolTypingOptions(opaque=("meta",)))


@pytest.mark.parametrize("name", ["amount", "note", "kind", "who", "rec", "call"])
@pytest.mark.parametrize("value", [ENTITY, EXTENSION, [ENTITY], {"type": "Agent", "uid": "root"}])
def test_where_a_value_of_a_type_belongs_nothing_else_is_accepted(name: str, value: Any) -> None:
    assert isinstance(WORLD.encode({name: value}), str)


@pytest.mark.parametrize("value", [ENTITY, EXTENSION, {"deep": [ENTITY, {"x": EXTENSION}]}])
def test_what_policy_does_not_see_never_reaches_the_engine(value: Any) -> None:
    encoded = WORLD.encode({"meta": value})
    assert isinstance(encoded, Encoded)
    assert encoded.args == {}
    assert encoded.opaque == ["meta"]


def test_a_record_that_looks_like_an_entity_is_a_record() -> None:
    policy = (
        "permit(principal, action, resource) when "
        '{ context.args has rec.id && context.args.rec.id == "root" };'
    )
    assert WORLD.decide({"rec": {"type": "Agent", "id": "root"}}, policy) == "allow"
    assert WORLD.decide({"call": {"fn": "decimal", "arg": "1.0"}}, policy) == "deny"


def test_text_that_looks_like_a_decimal_is_text() -> None:
    policy = (
        "permit(principal, action, resource) when "
        '{ context.args has note && context.args.note == "12.5" };'
    )
    assert WORLD.decide({"note": "12.5"}, policy) == "allow"
    assert WORLD.decide({"note": 'decimal("12.5")'}, policy) == "deny"
