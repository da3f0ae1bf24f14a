"""Shared budgets: whether they reach anything, and whether all that they reach can be added up."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from watchkeeper.plan.compile.bounds.shared import Reach, counted, reach_of
from watchkeeper.plan.compile.servers import CompiledServer
from watchkeeper.plan.lint.bounds.money import currencies_of
from watchkeeper.plan.lint.bounds.windows import check_window
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.budgets import SharedBudgetEntry
from watchkeeper.plan.workspace.models.tool import MoneyEntry
from watchkeeper.plan.workspace.report import Report, Spot


def check_budgets(
    workspace: Workspace, names: Names, servers: Mapping[str, CompiledServer], report: Report
) -> None:
    """Check every shared budget, and what two of them do to one another."""
    if workspace.budgets is None:
        return
    entries = workspace.budgets.says.budgets
    seen: set[str] = set()
    for n, entry in enumerate(entries):
        spot = report.at(workspace.budgets, "budgets", n)
        if entry.id in seen:
            message = f"the budget `{entry.id}` stands here already"
            spot.inside("id").safety("id-twice", message, "give it another id")
        seen.add(entry.id)
        _caps(entry, spot)
        if _references(entry, workspace, names, spot):
            _reach(entry, workspace, servers, spot)
    for n, (one, other) in ((entries.index(b), (a, b)) for a, b in combinations(entries, 2)):
        _collide(one, other, workspace, report.at(workspace.budgets, "budgets", n))


def _caps(entry: SharedBudgetEntry, spot: Spot) -> None:
    check_window(entry.within, entry.zone, spot)
    if entry.count is None and entry.sum is None:
        spot.safety("empty-budget", "the budget caps nothing", "add `count:` or `sum:`")
    if (entry.sum is None) != (entry.currency is None):
        message = "`sum` and `currency` go together"
        spot.safety("empty-budget", message, "say how much, and in which currency")
    if entry.sum is not None and entry.sum.startswith("-"):
        spot.inside("sum").safety("empty-budget", "the sum is below zero", "raise it")


def _references(entry: SharedBudgetEntry, workspace: Workspace, names: Names, spot: Spot) -> bool:
    spot.inside("granted_by").needs("person", entry.granted_by, names.people)
    spot.inside("control").needs("control", entry.control, workspace.controls)
    of, where = entry.of, spot.inside("of")
    if not (of.systems or of.agents or of.tools):
        where.safety("empty-scope", "the budget counts nothing", "name systems, agents or tools")
        return False
    tools = {
        f"{server}/{tool}" for server, file in workspace.servers.items() for tool in file.says.tools
    }
    held = [
        where.inside(kind, n).needs(word, name, known)
        for kind, word, given, known in (
            ("systems", "system", of.systems, workspace.systems),
            ("agents", "agent", of.agents, names.system_of_agent),
            ("tools", "tool", of.tools, tools),
        )
        for n, name in enumerate(given)
    ]
    return all(held)


def _reach(
    entry: SharedBudgetEntry,
    workspace: Workspace,
    servers: Mapping[str, CompiledServer],
    spot: Spot,
) -> None:
    reach = reach_of(workspace, entry)
    where = spot.inside("of")
    for agent in entry.of.agents:
        if not any(agent in part.agents for part in reach.values()):
            message = f"the agent `{agent}` can reach nothing of what the budget counts"
            where.safety("empty-scope", message, "take it out, or name its system and tools")
    if not reach:
        message = "no agent is in the scope of the budget, so it caps nothing"
        where.safety("empty-scope", message, "look at the agents of the systems that it names")
    elif entry.sum is not None:
        for part in reach.values():
            _money(entry, part, servers, where)
        if not any(counted(entry, part).tools for part in reach.values()):
            message = "no tool in the scope of the budget moves money"
            where.safety("no-money-rule", message, "say in its tool file what a call is worth")


def _money(
    entry: SharedBudgetEntry, part: Reach, servers: Mapping[str, CompiledServer], spot: Spot
) -> None:
    for action, tool in part.tools.items():
        said = tool.money
        if isinstance(said, MoneyEntry):
            _currency(entry, action, said, servers, spot)
        elif action in entry.of.tools or (tool.writes and said is None):
            spot.safety(
                "no-money-rule",
                f"{action} is in the scope of a sum, and nothing says what a call is worth",
                "add `money:` in its tool file, or `money: none` if it moves none",
            )


def _currency(
    entry: SharedBudgetEntry,
    action: str,
    said: MoneyEntry,
    servers: Mapping[str, CompiledServer],
    spot: Spot,
) -> None:
    typed = _typed(servers, action)
    known = None if typed is None else currencies_of(said, typed)
    if known is not None and entry.currency not in known:
        spot.safety(
            "currency-never",
            f"{action} is never in {entry.currency}, so the budget would forbid every call",
            "take the tool out, or give it a budget in its own currency",
        )
    elif typed is not None and (known is None or known != {entry.currency}):
        others = "in another currency" if known is None else f"in {', '.join(sorted(known))}"
        spot.gap(
            "other-currencies",
            f"{action} may be called {others}: what is not in {entry.currency} is forbidden",
            "that is as it should be where money is never converted; else split the tool",
        )


def _typed(servers: Mapping[str, CompiledServer], action: str) -> TypedTool | None:
    server, _, tool = action.partition("/")
    return servers[server].typed.get(tool) if server in servers else None


def _collide(
    one: SharedBudgetEntry, other: SharedBudgetEntry, workspace: Workspace, spot: Spot
) -> None:
    """Two sums in different currencies over one action forbid it, whatever its currency is."""
    if None in (one.currency, other.currency) or one.currency == other.currency:
        return
    mine, theirs = reach_of(workspace, one), reach_of(workspace, other)
    for system in sorted(mine.keys() & theirs.keys()):
        here, there = counted(one, mine[system]), counted(other, theirs[system])
        both = sorted(here.tools.keys() & there.tools.keys())
        if both and set(here.agents) & set(there.agents):
            spot.safety(
                "currencies-collide",
                f"`{one.id}` is in {one.currency}, this one in {other.currency}, and both count "
                f"{both[0]}: each forbids what the other would count",
                "give each currency tools, or agents, of its own",
            )
            return
