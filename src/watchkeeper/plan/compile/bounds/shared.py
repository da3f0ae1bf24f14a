"""Shared budgets as Cedar: one hard rule for each system that a budget reaches.

A hard rule, so that whatever permits an action, written by hand or compiled from a grant, is
bound by it, and so that what can not be added up is forbidden (decision semantics, 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.plan.compile.bounds.windows import budget_of
from watchkeeper.plan.compile.numbers import decimal_literal
from watchkeeper.plan.policies.annotations import Annotations
from watchkeeper.plan.policies.parse import ParsedPolicy, parse_body
from watchkeeper.plan.typing import quoted
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.budgets import SharedBudgetEntry
from watchkeeper.plan.workspace.models.tool import MoneyEntry, ToolEntry
from watchkeeper.records.plan.bounds import SharedBudget
from watchkeeper.records.plan.policies import PolicyKind


@dataclass(frozen=True, slots=True)
class Reach:
    """What a budget's scope holds of one system: agents, and tools by `server/tool`."""

    agents: tuple[str, ...]
    tools: Mapping[str, ToolEntry]


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared budget of the plan, and where it stands in `budgets.yaml`."""

    budget: SharedBudget
    reach: Mapping[str, Reach]
    file: str
    line: int


def shared_budgets(workspace: Workspace) -> tuple[Shared, ...]:
    """Return the shared budgets of a workspace, by id; what reaches nothing is left out."""
    if workspace.budgets is None:
        return ()
    found = []
    for n, entry in enumerate(workspace.budgets.says.budgets):
        reach = {name: counted(entry, part) for name, part in reach_of(workspace, entry).items()}
        reach = {name: part for name, part in reach.items() if part.tools}
        line = workspace.budgets.line("budgets", n)
        if reach:
            found.append(Shared(_budget(entry, reach), reach, workspace.budgets.file, line))
    return tuple(sorted(found, key=lambda one: one.budget.id))


def reach_of(workspace: Workspace, entry: SharedBudgetEntry) -> dict[str, Reach]:
    """Return what a budget's scope names, by system, whether it can be added up or not.

    Whom an agent in it may lend its grants is in it as well, with all that it does.
    """
    found = {}
    for name, file in sorted(workspace.systems.items()):
        everyone = [agent.id for agent in file.says.agents]
        named = [agent for agent in everyone if agent in (entry.of.agents or everyone)]
        tools = {
            f"{server}/{tool}": said
            for server in file.says.servers
            if server in workspace.servers
            for tool, said in workspace.servers[server].says.tools.items()
            if f"{server}/{tool}" in (entry.of.tools or [f"{server}/{tool}"])
        }
        if named and tools and name in (entry.of.systems or [name]):
            agents = {*named, *_takers(workspace, named, _counting(entry, tools))} & set(everyone)
            found[name] = Reach(tuple(sorted(agents)), tools)
    return found


def _takers(workspace: Workspace, agents: Iterable[str], tools: Iterable[str]) -> Iterator[str]:
    """Yield whom agents may lend a grant that a budget counts: nobody spends past it by lending."""
    counted_tools = set(tools)
    for agent in agents:
        file = workspace.authority.get(agent)
        for grant in file.says.grants if file else ():
            if grant.delegable is not None and counted_tools & set(grant.actions):
                yield from grant.delegable.to


def counted(entry: SharedBudgetEntry, reach: Reach) -> Reach:
    """Leave out what moves no money, where money is added up."""
    return Reach(reach.agents, _counting(entry, reach.tools))


def _counting(entry: SharedBudgetEntry, tools: Mapping[str, ToolEntry]) -> dict[str, ToolEntry]:
    return {
        name: said
        for name, said in tools.items()
        if entry.sum is None or isinstance(said.money, MoneyEntry)
    }


def _budget(entry: SharedBudgetEntry, reach: Mapping[str, Reach]) -> SharedBudget:
    return SharedBudget(
        id=entry.id,
        control=entry.control,
        granted_by=entry.granted_by,
        agents=tuple(sorted({agent for part in reach.values() for agent in part.agents})),
        actions=tuple(sorted({action for part in reach.values() for action in part.tools})),
        budget=budget_of(entry.within, entry.zone, entry.count, entry.sum),
        currency=entry.currency,
    )


def shared_policies(
    system: str, everyone: Iterable[str], shared: Sequence[Shared]
) -> list[ParsedPolicy]:
    """Compile the budgets that reach a system; `everyone` are its agents.

    The rule is `shared.<id>`, or `shared.<id>.<system>` where a budget reaches several.
    """
    return [
        _policy(system, frozenset(everyone), one, one.reach[system])
        for one in shared
        if system in one.reach
    ]


def facts_of(action: str, system: str, shared: Iterable[Shared]) -> str | None:
    """Return the type of `context.facts.shared` for an action, as Cedar text; None without any."""
    fields = [
        f'{quoted(one.budget.id)}?: {{"count": Long{_sum_type(one.budget)}}}'
        for one in shared
        if system in one.reach and action in one.budget.actions
    ]
    return f'"shared": {{{", ".join(fields)}}}' if fields else None


def _sum_type(budget: SharedBudget) -> str:
    return "" if budget.currency is None else ', "sum": decimal'


def _policy(system: str, everyone: frozenset[str], one: Shared, reach: Reach) -> ParsedPolicy:
    budget = one.budget
    name = budget.name if len(one.reach) == 1 else f"{budget.name}.{system}"
    text = _text(budget, sorted(reach.tools), None if everyone <= set(reach.agents) else reach)
    notes = Annotations(id=name, control=budget.control)
    body = parse_body(text)
    return ParsedPolicy(
        system, one.file, one.line, PolicyKind.FORBID, notes, body, text, grant=budget.name
    )


def _text(budget: SharedBudget, actions: Sequence[str], only: Reach | None) -> str:
    listed = ", ".join(f"Action::{quoted(action)}" for action in actions)
    scope = f"action == {listed}" if len(actions) == 1 else f"action in [{listed}]"
    text = f"forbid (\n  principal,\n  {scope},\n  resource\n)"
    if only is not None:
        agents = ", ".join(f"Agent::{quoted(agent)}" for agent in only.agents)
        text += f" when {{\n  [{agents}].contains(principal)\n}}"
    return text + " unless {\n  " + " &&\n  ".join(_fits(budget)) + "\n};"


def _fits(budget: SharedBudget) -> list[str]:
    after = f"context.facts.shared[{quoted(budget.id)}]"
    found = [f"context.facts.shared has {quoted(budget.id)}"]
    if budget.budget.count is not None:
        found.append(f"{after}.count <= {budget.budget.count}")
    if budget.budget.sum is not None:
        most = decimal_literal(budget.budget.sum)
        found.append(f'{after}.sum.lessThanOrEqual(decimal("{most}"))')
    return found
