"""How the agent understands what customers write: plain patterns in place of a language model.

Like a model it can not tell its instructions from its input, so it does what a message says,
whoever says it. That is what the gateway is there for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_ORDER = re.compile(r"ORD-\d{5}")
_WISH = re.compile(r"(\d+\.\d{2}) EUR")
_NOTE = re.compile(r"--- SYSTEM NOTE TO THE ASSISTANT: (.*?) ---", re.DOTALL)
_ORDERED_REFUND = re.compile(r"refund (\d+\.\d{2}) EUR to (ORD-\d{5})")
_ORDERED_EXPORT = re.compile(r"export customers as (csv|json)")
_ORDERED_CLOSURE = re.compile(r"close account (CUS-\d{5})")
_REASONS = (("damaged", "damaged"), ("late", "late"), ("wrong", "wrong-item"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants: money back for an order, or just an answer (`amount` is None)."""

    order_id: str | None
    amount: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """A tool call that somebody's text told the agent to make."""

    tool: str
    arguments: dict[str, Any]


def understand(text: str) -> Wish:
    """Find the order, the amount and the reason in what a customer wrote."""
    plain = _NOTE.sub("", text)
    order, money = _ORDER.search(plain), _WISH.search(plain)
    reason = next((code for word, code in _REASONS if word in plain.lower()), "goodwill")
    return Wish(order[0] if order else None, float(money[1]) if money else None, reason)


def smuggled(text: str, request_id: str) -> list[Order]:
    """Find the instructions that a message or a tool's description carries."""
    orders = [
        Order(
            "refund",
            {
                "order_id": found[2],
                "amount": float(found[1]),
                "currency": "EUR",
                "reason": "goodwill",
                "request_id": request_id,
            },
        )
        for found in _ORDERED_REFUND.finditer(text)
    ]
    orders += [
        Order("export_customers", {"format": found[1]}) for found in _ORDERED_EXPORT.finditer(text)
    ]
    orders += [
        Order("close_account", {"customer_id": found[1], "reason": "asked for"})
        for found in _ORDERED_CLOSURE.finditer(text)
    ]
    return orders
