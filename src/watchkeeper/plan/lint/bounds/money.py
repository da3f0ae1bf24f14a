"""Money rules of tools: an exact amount, and a currency that somebody names."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.errors import PlanRefused
from watchkeeper.plan.compile.numbers import find_number
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.models.tool import MoneyEntry, ToolEntry, ToolFile
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.typing import Node, NodeKind, spelled


def check_money(file: Checked[ToolFile], typed: Mapping[str, TypedTool], report: Report) -> None:
    """Check what the tools of a server say of what a call is worth."""
    for name, tool in typed.items():
        said = file.says.tools[name].money
        if isinstance(said, MoneyEntry):
            spot = report.at(file, "tools", name, "money")
            _amount(said, tool, spot)
            _currency(said, tool, spot)
            _in_clear(said, file.says.tools[name], spot)


def currencies_of(said: MoneyEntry, tool: TypedTool) -> frozenset[str] | None:
    """Return the currencies that a call can be in; None where that is any text."""
    if said.always is not None:
        return frozenset({said.always})
    node = _node(tool, said.currency or "")
    return frozenset(node.values) if node is not None and node.kind is NodeKind.ENUM else None


def read_from(argument: str, tool: ToolEntry) -> str | None:
    """Return the top-level argument that a limited value is read from."""
    head, _, name = argument.partition(".")
    if head == "derived":
        argument = str(tool.derived.get(name, {}).get("path", ""))
    return argument.removeprefix("args.").split(".")[0] or None


def _amount(said: MoneyEntry, tool: TypedTool, spot: Spot) -> None:
    try:
        number = find_number(tool, said.amount)
    except PlanRefused as error:
        spot.inside("amount").safety("bad-money", error.message, error.advice)
        return
    if number.long and said.minor is None:
        message = f"`{said.amount}` is an integer: of cents, or of whole units?"
        advice = "say `minor: 2` for cents, `minor: 0` for whole units"
        spot.safety("bad-money", message, advice)
    if not number.long and said.minor:
        message = f"`{said.amount}` has decimals of its own, so it can not count minor units"
        spot.inside("minor").safety("bad-money", message, "leave `minor` out")


def _currency(said: MoneyEntry, tool: TypedTool, spot: Spot) -> None:
    if (said.currency is None) == (said.always is None):
        message = "an amount without a currency is no money"
        if said.currency is not None:
            message = "`currency` and `always` say two things"
        spot.safety("bad-money", message, "name the argument as `currency:`, or say `always: EUR`")
        return
    if said.currency is None:
        return
    node = _node(tool, said.currency)
    if node is None:
        message = f"the tool `{tool.tool}` has no argument `{said.currency}`"
        spot.inside("currency").safety(
            "unknown-argument", message, nearest(said.currency, tool.root.attributes)
        )
    elif node.kind not in {NodeKind.STRING, NodeKind.ENUM}:
        message = f"`{said.currency}` is no text, so it names no currency"
        spot.inside("currency").safety("bad-money", message, "name an argument of type string")


def _in_clear(said: MoneyEntry, entry: ToolEntry, spot: Spot) -> None:
    """What is charged to a budget stands in the log, so it must be what may stand there."""
    for member, argument in (("amount", said.amount), ("currency", said.currency)):
        first = None if argument is None else read_from(argument, entry)
        if first and first not in entry.clear:
            spot.inside(member).safety(
                "sum-not-clear",
                f"`{argument}` is charged to budgets, but `{first}` is not `clear`",
                f"add `{first}` to `clear:` of the tool: charges stand in the log",
            )


def _node(tool: TypedTool, path: str) -> Node | None:
    node: Node | None = tool.root
    for part in path.removeprefix("args.").split("."):
        node = None if node is None else node.attributes.get(spelled(part))
    return node
