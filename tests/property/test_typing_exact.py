"""Numbers reach policy exactly or not at all, held against exact fractions."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.typed_call import TypedCall, evaluate
from watchkeeper.do.encode.encoder import ArgumentEncoder, Encoded, number_at
from watchkeeper.plan.typing import ToolTypingOptions

CALL = TypedCall(
    {
        "type": "object",
        "properties": {
            "amount": {"type": "number"},
            "count": {"type": "integer"},
            "place": {"type": "number"},
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"price": {"type": "number"}, "qty": {"type": "integer"}},
                    "required": ["price", "qty"],
                },
            },
        },
    },
    options=ToolTypingOptions(
        scale={"place": 6},
        derived={
            "total": {"op": "sum", "path": "items", "product": ["price", "qty"], "signed": True},
            "positive": {"op": "max", "path": "items", "product": "price"},
        },
    ),
)
TYPED = CALL.typed()
CEDAR = CALL.cedar()
ENCODER = ArgumentEncoder(TYPED.root, TYPED.derived)
LIMIT = Fraction("922337203685477.5807")

cents = st.integers(-(10**9), 10**9).map(lambda n: n / 100)
numbers = st.one_of(
    cents,
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**8), 10**8).map(lambda n: n / 10_000),
    st.integers(-(10**8), 10**8).map(lambda n: n / 100_000),
)


def meant(number: float) -> Fraction:
    """Return the number that the JSON text of a value says."""
    return Fraction(repr(number))


def fits(value: Fraction) -> bool:
    return abs(value) <= LIMIT and (value * 10_000).denominator == 1


@settings(max_examples=200)
@given(numbers)
def test_a_number_is_exact_or_refused(number: float) -> None:
    encoded = ENCODER.encode({"amount": number})
    assert isinstance(encoded, Encoded) == fits(meant(number))
    if isinstance(encoded, Encoded):
        assert Fraction(encoded.args["amount"]) == meant(number)
        assert number_at(encoded, "amount") == meant(number)


@settings(max_examples=200)
@given(numbers)
def test_an_integer_is_exact_or_refused(number: float) -> None:
    encoded = ENCODER.encode({"count": number})
    value = meant(number)
    assert isinstance(encoded, Encoded) == (value.denominator == 1 and abs(value) < 2**53)
    if isinstance(encoded, Encoded):
        assert encoded.args["count"] == value
        assert type(encoded.args["count"]) is int


@settings(max_examples=200)
@given(numbers)
def test_a_scaled_number_is_exact_or_refused(number: float) -> None:
    encoded = ENCODER.encode({"place": number})
    value = meant(number) * 10**6
    assert isinstance(encoded, Encoded) == (value.denominator == 1 and abs(value) < 2**53)
    if isinstance(encoded, Encoded):
        assert encoded.args["place_e6"] == value
        assert number_at(encoded, "place") == meant(number)


lines = st.lists(
    st.fixed_dictionaries({"price": numbers | cents, "qty": st.integers(-5, 1000)}), max_size=6
)


@settings(max_examples=200)
@given(lines)
def test_sums_and_extremes_of_lines_are_exact_or_refused(items: list[dict[str, Any]]) -> None:
    prices = [meant(item["price"]) for item in items]
    total = sum((meant(item["price"]) * item["qty"] for item in items), Fraction(0))
    encoded = ENCODER.encode({"items": items})
    assert isinstance(encoded, Encoded) == all(map(fits, [*prices, total]))
    if isinstance(encoded, Encoded):
        assert Fraction(encoded.derived["total"]) == total
        assert encoded.size["items"] == len(items)
        column = encoded.args["items"]["price"]
        found = {name: Fraction(value) for name, value in column.items()}
        assert found == ({"min": min(prices), "max": max(prices)} if prices else {})


@settings(max_examples=60)
@given(cents | st.integers(-(10**6), 10**6), st.integers(-(10**7), 10**7))
def test_the_engine_compares_as_fractions_do(number: float, ten_thousandths: int) -> None:
    whole, part = divmod(abs(ten_thousandths), 10_000)
    limit = f"{'-' if ten_thousandths < 0 else ''}{whole}.{part:04d}"
    policy = (
        "permit(principal, action, resource) when "
        f'{{ context.args has amount && context.args.amount.lessThanOrEqual(decimal("{limit}")) }};'
    )
    encoded = ENCODER.encode({"amount": number})
    assert isinstance(encoded, Encoded)
    expected = "allow" if meant(number) <= Fraction(ten_thousandths, 10_000) else "deny"
    assert evaluate(CEDAR, "desk/refund", encoded, policy) == expected
