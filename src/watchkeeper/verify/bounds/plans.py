"""What a published plan says of the budgets that agents share, and of what calls are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.codec import from_json
from watchkeeper.records.plan.bounds import Money, SharedBudget
from watchkeeper.records.plan.numbers import number
from watchkeeper.verify.erasures import PlanOf


@dataclass(frozen=True, slots=True)
class Caps:
    """The shared budgets of a plan by agent and action, and what calls are worth by action."""

    budgets: Mapping[tuple[str, str], tuple[SharedBudget, ...]]
    money: Mapping[str, Money]


NOTHING = Caps({}, {})
_MOST_PLACES = 64


def caps_of(plan_of: PlanOf, plan: str) -> Caps | None:
    """Read a published plan; None where it is not at hand, or does not parse (step 12 says so)."""
    raw = plan_of(plan)
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        said = parse_json_unverified(raw)
        shared = from_json(tuple[SharedBudget, ...], said.get("sharedBudgets", []))
        return Caps(_by_scope(shared), _money(said)) if shared else NOTHING
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None


def _by_scope(shared: tuple[SharedBudget, ...]) -> dict[tuple[str, str], tuple[SharedBudget, ...]]:
    found: dict[tuple[str, str], tuple[SharedBudget, ...]] = {}
    for budget in shared:
        for key in product(budget.agents, budget.actions):
            found[key] = (*found.get(key, ()), budget)
    return found


def _money(said: Mapping[str, Any]) -> dict[str, Money]:
    return {
        f"{server['id']}/{tool['name']}": from_json(Money, tool["money"])
        for server in said["servers"]
        for tool in server.get("tools", [])
        if "money" in tool
    }


def said_amount(money: Money | None, clear: Mapping[str, Any]) -> Decimal | str | None:
    """Return what the arguments in clear say that a call is worth, in words what is wrong.

    None where they do not say: the amount stands deeper among them, or is computed.
    """
    if money is None:
        return "its plan does not say what a call is worth"
    name = money.amount.removeprefix("args.")
    if "." in name:
        return None
    said, minor = number(clear.get(name)), money.minor or 0
    if said is None or abs(minor) > _MOST_PLACES:
        return "its arguments do not say what it is worth"
    amount = said.scaleb(-minor)
    return amount if amount >= 0 else "its arguments say less than nothing"


def said_currency(money: Money, clear: Mapping[str, Any]) -> str | None:
    """Return the currency that the arguments in clear name; None where they do not say."""
    if money.currency is None:
        return money.always
    said = clear.get(money.currency.removeprefix("args."))
    return said if isinstance(said, str) else None
