"""An agent sends arguments that the pinned schema does not accept, or that have no exact type."""

from typing import Any

import pytest

from tests.worlds.typed_call import TypedCall
from watchkeeper.do.encode.encoder import Encoded, Unencodable

REFUND = TypedCall(
    {
        "type": "object",
        "properties": {
            "order_id": {"type": "string", "pattern": r"^ORD-\d{5}$"},
            "amount": {"type": "number", "exclusiveMinimum": 0},
            "count": {"type": "integer"},
            "reason": {"enum": ["late", "damaged"]},
            "lines": {
                "type": "array",
                "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
            },
        },
        "required": ["order_id", "amount"],
    }
)
GOOD = {"order_id": "ORD-12345", "amount": 12.5}

BAD: list[dict[str, Any]] = [
    {},
    {"order_id": "ORD-12345"},
    {**GOOD, "amount": "9,000"},
    {**GOOD, "amount": "9000"},
    {**GOOD, "amount": None},
    {**GOOD, "amount": True},
    {**GOOD, "amount": [1]},
    {**GOOD, "amount": 0},
    {**GOOD, "amount": float("nan")},
    {**GOOD, "amount": float("inf")},
    {**GOOD, "amount": 500.00001},
    {**GOOD, "amount": 1e300},
    {**GOOD, "amount": 10**400},
    {**GOOD, "count": 2**53},
    {**GOOD, "count": 1e400},
    {**GOOD, "count": 1.5},
    {**GOOD, "Amount": 1},
    {**GOOD, "extra": 1},
    {**GOOD, "lines": [{"sku": "x", "extra": 1}]},
    {**GOOD, "lines": {"0": {"sku": "x"}}},
    {**GOOD, "order_id": "ORD-12345\n"},
    {**GOOD, "order_id": "ORD-١٢٣٤٥"},
    {**GOOD, "order_id": "ORD-1234\ud800"},
    {**GOOD, "order_id": "xORD-12345"},
    {**GOOD, "reason": "Late"},
    {**GOOD, "reason": "late "},
    {**GOOD, "\ud800": 1},
]


@pytest.mark.parametrize("arguments", BAD, ids=lambda item: ascii(item)[:60])
def test_bad_arguments_are_refused_before_policy(arguments: dict[str, Any]) -> None:
    assert not isinstance(REFUND.encode(arguments), Encoded)


@pytest.mark.parametrize("arguments", [[], None, "x", 3, [GOOD]])
def test_arguments_that_are_no_object_are_refused(arguments: Any) -> None:
    assert not isinstance(REFUND.encode(arguments), Encoded)


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    secret = "hunter2-" + "s" * 10_000
    for arguments in (
        {**GOOD, "order_id": secret},
        {**GOOD, "reason": secret},
        {**GOOD, "amount": secret},
        {**GOOD, "lines": [{"sku": 1}, secret]},
    ):
        refusal = REFUND.encode(arguments)
        assert isinstance(refusal, str)
        assert "hunter2" not in refusal
        assert len(refusal) < 400
        assert refusal.startswith("`")


def test_a_long_name_that_nobody_declared_is_cut_short() -> None:
    refusal = REFUND.encode({**GOOD, "x" * 100_000: 1})
    assert isinstance(refusal, str)
    assert len(refusal) < 400


def test_an_inexact_number_names_its_path() -> None:
    refusal = REFUND.encode({**GOOD, "amount": 0.1 + 0.2})
    assert refusal == Unencodable("amount", "has more than 4 decimal places")


def test_the_good_call_passes() -> None:
    encoded = REFUND.encode(GOOD)
    assert isinstance(encoded, Encoded)
    assert encoded.args == GOOD | {"amount": "12.5"}
