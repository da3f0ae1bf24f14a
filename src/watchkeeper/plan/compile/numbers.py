"""A number among a tool's arguments: where it stands in Cedar, and how limits compare with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.typing import TypedTool, quoted
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.records.typing import Node, NodeKind, spelled

_NUMERIC = {NodeKind.LONG, NodeKind.DECIMAL}


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric argument of one tool: its Cedar path, guards for what is optional, its kind."""

    path: str
    guards: tuple[str, ...]
    long: bool

    def at_least(self, limit: str) -> str:
        """Return the condition that the number is not below `limit`."""
        return self._compare(">=", "greaterThanOrEqual", limit)

    def at_most(self, limit: str) -> str:
        """Return the condition that the number is not above `limit`."""
        return self._compare("<=", "lessThanOrEqual", limit)

    def above(self, limit: str) -> str:
        """Return the condition that the number is above `limit`."""
        return self._compare(">", "greaterThan", limit)

    def _compare(self, operator: str, method: str, limit: str) -> str:
        return compare(self.path, operator, method, limit, long=self.long)


def compare(path: str, operator: str, method: str, limit: str, *, long: bool) -> str:
    """Return the comparison of what stands at a Cedar path with a limit.

    Raises:
        PlanRefused: a limit with decimals on an integer.
    """
    if not long:
        return f'{path}.{method}(decimal("{decimal_literal(limit)}"))'
    number = Decimal(limit)
    if number != int(number):
        raise PlanRefused(
            f"the limit {cut(limit)} has decimals, but the argument is an integer",
            "write a whole number",
        )
    return f"{path} {operator} {int(number)}"


def decimal_literal(limit: str) -> str:
    """Return a limit as Cedar's decimal literal: one to four places."""
    return limit if "." in limit else f"{limit}.0"


def find_number(typed: TypedTool, argument: str) -> Number:
    """Find a numeric argument by its dotted path, or a derived value as `derived.<name>`.

    Raises:
        PlanRefused: there is no such argument, or it is no number.
    """
    parts = argument.split(".")
    if parts[0] == "derived" and len(parts) == 2:
        return _derived(typed, parts[1])
    if parts[0] == "args":
        parts = parts[1:]
    node: Node = typed.root
    path, guards = "context.args", []
    for i, part in enumerate(parts):
        if node.kind is not NodeKind.RECORD or spelled(part) not in node.attributes:
            so_far = ".".join(parts[: i + 1])
            advice = nearest(part, node.attributes)
            raise PlanRefused(f"there is no argument {cut(so_far)}", advice)
        inner = node.attributes[spelled(part)]
        if spelled(part) not in node.required or inner.nullable:
            guards.append(f"{path} has {quoted(part)}")
        path, node = f"{path}[{quoted(part)}]", inner
    if node.kind not in _NUMERIC:
        raise PlanRefused(
            f"the argument {cut(argument)} is no number that can be limited ({node.kind.value})",
            "name an argument of type `number` or `integer`, or declare a derived value",
        )
    return Number(path, tuple(guards), node.kind is NodeKind.LONG)


def _derived(typed: TypedTool, name: str) -> Number:
    says = typed.derived.get(name)
    if says is None:
        raise PlanRefused(f"there is no derived value {cut(name)}", nearest(name, typed.derived))
    if says["type"] not in {"decimal", "long"}:
        raise PlanRefused(
            f"the derived value {cut(name)} is no number ({says['type']})",
            "limit a count, a sum, a length, a min or a max",
        )
    guards = (f"context.derived has {quoted(name)}",) if says["optional"] else ()
    return Number(f"context.derived[{quoted(name)}]", guards, says["type"] == "long")
