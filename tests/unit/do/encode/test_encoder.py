"""The parts of the context, and the exact numbers for budgets."""

from decimal import Decimal
from typing import Any

from tests.worlds.typed_call import TypedCall
from watchkeeper.do.encode.encoder import (
    ArgumentEncoder,
    Encoded,
    Unencodable,
    encode_arguments,
    number_at,
)
from watchkeeper.plan.typing import ToolTypingOptions
from watchkeeper.records.typing import Node, NodeKind, spelled, unspelled

CALL = TypedCall(
    {
        "type": "object",
        "properties": {
            "amount": {"type": "number"},
            "count": {"type": "integer"},
            "lat": {"type": ["number", "null"]},
            "who": {"type": ["integer", "string"]},
            "deep": {"type": "object", "properties": {"n": {"type": "number"}}},
            "tags": {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "price": {"type": ["number", "null"]},
                        "qty": {"type": "integer"},
                        "raw": {},
                    },
                    "additionalProperties": True,
                },
            },
            "free": {"type": "object"},
        },
        "additionalProperties": {"type": "string"},
    },
    options=ToolTypingOptions(
        opaque=("free", "rows.raw", "rows.*", "*"),
        scale={"lat": 6},
        derived={
            "total": {"op": "sum", "path": "rows", "product": ["price", "qty"]},
            "lines": {"op": "count", "path": "rows"},
        },
    ),
)


def encode(**arguments: Any) -> Encoded:
    encoded = CALL.encode(arguments)
    assert isinstance(encoded, Encoded)
    return encoded


def test_numbers_are_found_by_path() -> None:
    rows = [{"price": 1.1, "qty": 3}, {"price": 2, "qty": 2}]
    encoded = encode(amount=12.5, count=5e4, lat=52.520007, who=7, deep={"n": 0.5}, rows=rows)
    found = {
        path: number_at(encoded, path)
        for path in ("amount", "count", "lat", "who", "deep.n", "derived.total", "derived.lines")
    }
    assert found == {
        "amount": Decimal("12.5"),
        "count": Decimal(50000),
        "lat": Decimal("52.520007"),
        "who": Decimal(7),
        "deep.n": Decimal("0.5"),
        "derived.total": Decimal("7.3"),
        "derived.lines": Decimal(2),
    }


def test_what_is_no_single_number_is_not_found() -> None:
    encoded = encode(who="7", lat=None, rows=[{"price": 1, "qty": 1}])
    for path in ("amount", "who", "lat", "rows.price", "rows", "derived.nope", "", "args.amount"):
        assert number_at(encoded, path) is None


def test_nulls_sizes_and_unseen_values_are_noted_by_path() -> None:
    encoded = encode(
        lat=None,
        tags=["x", None, "x"],
        rows=[{"price": 1, "qty": 1, "raw": None}, {"price": 2, "qty": 1, "more": 1}],
        free={},
        other="x",
    )
    assert encoded.nulls == ["lat", "tags"]
    assert encoded.opaque == ["*", "free", "rows.*", "rows.raw"]
    assert encoded.size == {"tags": 3, "rows": 2}
    assert encoded.args["tags"] == ["x"]
    assert encode(tags=None).nulls == ["tags"]
    assert encode().size == {"tags": 0, "rows": 0}


def test_a_term_that_is_missing_refuses_the_sum() -> None:
    refusal = CALL.encode({"rows": [{"price": None, "qty": 1}]})
    assert isinstance(refusal, Unencodable)
    assert refusal.path == "derived.total"


def test_equal_arguments_encode_equally_whatever_their_order() -> None:
    arguments = {"amount": 1, "count": 2, "who": "x", "tags": ["b", "a"], "zz": "x"}
    turned = dict(reversed(arguments.items()))
    assert encode(**arguments) == encode(**turned)


def test_the_encoder_keeps_nothing_between_calls() -> None:
    typed = CALL.typed()
    encoder = ArgumentEncoder(typed.root, typed.derived)
    first = encoder.encode({"tags": ["x"], "free": {}})
    second = encoder.encode({})
    assert isinstance(first, Encoded)
    assert isinstance(second, Encoded)
    assert (second.size["tags"], second.opaque) == (0, [])
    assert (first.size["tags"], first.opaque) == (1, ["free"])


def test_without_the_check_before_it_the_encoder_still_refuses() -> None:
    root = Node(NodeKind.RECORD, attributes={"a": Node(NodeKind.STRING)})
    for arguments in ({"a": 1}, {"b": 1}, {"a": None}):
        assert isinstance(encode_arguments(root, {}, arguments), Unencodable)


def test_names_are_spelled_in_ascii_and_back() -> None:
    for name in ("a", "été", "日本", "back\\slash", "\\u{41}", "\\\\u{e9}", "", "😀\\"):
        assert spelled(name).isascii()
        assert unspelled(spelled(name)) == name
    assert spelled("\\u{e9}") != spelled("é")
