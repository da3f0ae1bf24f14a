"""What an action is worth: an exact amount in one currency, or why that can not be said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.records.plan.bounds import Money

MOST = Decimal("922337203685477.5807")
"""The largest decimal that Cedar knows."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount that is not below zero, in a currency of ISO 4217."""

    amount: Decimal
    currency: str


def worth_of(money: Money | None, arguments: Mapping[str, Any], encoded: Encoded) -> Worth | str:
    """Return what an action is worth, to the last decimal place, or why it is not known.

    Nothing is rounded, converted or guessed: `eur` is no currency, and less than nothing is none.
    """
    if money is None:
        return "the tool file does not say what it is worth"
    number = number_at(encoded, money.amount.removeprefix("args."))
    if number is None:
        return f"{money.amount} is missing"
    if number < 0:
        return f"{money.amount} is below zero"
    currency = _currency(money, arguments)
    if currency is None:
        return f"{money.currency} names no currency"
    amount = number.scaleb(-(money.minor or 0))
    return Worth(amount, currency) if amount <= MOST else f"{money.amount} is too large"


def _currency(money: Money, arguments: Mapping[str, Any]) -> str | None:
    if money.currency is None:
        return money.always
    value: Any = arguments
    for part in money.currency.removeprefix("args.").split("."):
        value = value.get(part, _MISSING) if isinstance(value, Mapping) else _MISSING
    return value if isinstance(value, str) and _CURRENCY.fullmatch(value) else None
