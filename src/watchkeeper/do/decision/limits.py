"""The limits of a grant, in exact decimals: what is charged, and which limit failed.

The engine decides by the same limits, compiled to Cedar; this explains a block and computes the
facts that the engine is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from watchkeeper.do.decision.facts import BudgetFact, Facts
from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.records.instant import render_instant
from watchkeeper.records.plan.bounds import Budget
from watchkeeper.records.plan.grants import Band, Grant
from watchkeeper.records.plan.tools import Tool
from watchkeeper.records.typing import Node, NodeKind, spelled

A_TASK = "a task that covers it"
"""The limit of a grant that requires a mandate."""


def charge_of(grant: Grant, encoded: Encoded) -> Decimal | None:
    """Return what an action charges to a grant's sums, None where the grant has no sum.

    A number below zero charges nothing: it must not make room for others.
    """
    for budget in grant.budgets:
        if budget.argument is not None:
            return _charged(encoded, budget.argument)
    return None


def after(budget: Budget, used: BudgetFact, encoded: Encoded) -> tuple[int, Decimal]:
    """Return count and sum of a window as they would stand after this action."""
    amount = None if budget.argument is None else _charged(encoded, budget.argument)
    return used.count + 1, Decimal(used.sum) + (amount or Decimal(0))


def _charged(encoded: Encoded, argument: str) -> Decimal | None:
    number = number_at(encoded, _path(argument))
    return None if number is None else max(number, Decimal(0))


def _path(argument: str) -> str:
    """Grants may name an argument with or without the `args.` that policies write."""
    return argument.removeprefix("args.")


def render_number(number: Decimal) -> str:
    """Render a decimal as Cedar reads it: no exponent, one to four decimal places."""
    text = f"{number:f}"
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text


def is_long(tool: Tool, argument: str) -> bool:
    """Tell whether the argument at a dotted path, or a derived value, is an integer for Cedar."""
    head, _, name = argument.partition(".")
    if head == "derived" and name in tool.derived:
        says = tool.derived[name]
        return isinstance(says, Mapping) and says.get("type") == "long"
    node: Node | None = tool.root
    for part in _path(argument).split("."):
        node = None if node is None else node.attributes.get(spelled(part))
    return node is not None and node.kind is NodeKind.LONG


def failed_limits(grant: Grant, facts: Facts, encoded: Encoded) -> tuple[str, ...]:
    """Return in words which limits of a grant an action is beyond."""
    failed = []
    if grant.valid_until is not None and render_instant(facts.at) >= grant.valid_until:
        failed.append(f"valid until {grant.valid_until}")
    if grant.mandate is not None and facts.mandate is None:
        failed.append(A_TASK)
    for band in grant.bands:
        failed += _failed_band(band, encoded)
    used = facts.budgets.get(grant.id, ())
    for budget, window in zip(grant.budgets, used, strict=False):
        failed += _failed_budget(budget, window, encoded)
    return tuple(failed)


def _failed_band(band: Band, encoded: Encoded) -> list[str]:
    number = number_at(encoded, _path(band.argument))
    most = band.review if band.review is not None else band.alone
    if number is None:
        return [f"{band.argument} is missing"]
    if number < Decimal(band.least):
        return [f"{band.argument} at least {band.least}"]
    if number > Decimal(most):
        return [f"{band.argument} at most {most}"]
    return []


def _failed_budget(budget: Budget, used: BudgetFact, encoded: Encoded) -> list[str]:
    count, total = after(budget, used, encoded)
    window = f"in {budget.seconds} s" if budget.zone is None else f"a day in {budget.zone}"
    failed = []
    if budget.count is not None and count > budget.count:
        failed.append(f"at most {budget.count} actions {window}")
    if budget.sum is not None and total > Decimal(budget.sum):
        failed.append(f"{budget.argument} at most {budget.sum} in all {window}")
    return failed
