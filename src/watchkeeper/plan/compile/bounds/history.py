"""Facts from the home's own records, as the plan carries them and as Cedar types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchkeeper.plan.typing import TypedTool, quoted
from watchkeeper.plan.workspace.models.system import HistoryEntry, SystemFile
from watchkeeper.plan.workspace.models.tool import ToolEntry
from watchkeeper.records.plan.bounds import ARGUMENT, RESOURCE, Happened, History
from watchkeeper.records.typing import NodeKind, spelled

_KINDS = {NodeKind.STRING, NodeKind.LONG, NodeKind.ENUM}


def history_of(
    system: SystemFile, entries: Mapping[str, ToolEntry], typed: Mapping[str, TypedTool]
) -> tuple[History, ...]:
    """Return the facts of a system, by name; tools are those that it uses, by `server/tool`."""
    return tuple(
        History(
            name=policy_name(name),
            kind=Happened(said.kind),
            tools=tools_of(said, entries),
            same=said.same,
            seconds=said.within,
            offered=tuple(
                action
                for action, tool in sorted(typed.items())
                if offers(said, action, entries, tool)
            ),
        )
        for name, said in sorted(system.history.items())
    )


def policy_name(name: str) -> str:
    """Return what policies call a fact: hyphens can not stand in a Cedar name."""
    return name.replace("-", "_")


def tools_of(said: HistoryEntry, entries: Mapping[str, ToolEntry]) -> tuple[str, ...]:
    """Return the actions that a fact counts."""
    named = said.tools or [name for name, entry in entries.items() if entry.untrusted]
    return tuple(sorted(set(named)))


def offers(
    said: HistoryEntry, action: str, entries: Mapping[str, ToolEntry], tool: TypedTool
) -> bool:
    """Tell whether an action always has what two actions must have in common."""
    if said.same == RESOURCE:
        kinds = {entries[name].resource for name in tools_of(said, entries) if name in entries}
        types = {kind.type for kind in kinds if kind is not None}
        mine = entries[action].resource
        return mine is not None and mine.type in types
    if said.same.startswith(ARGUMENT):
        return has_argument(tool, said.same.removeprefix(ARGUMENT))
    return True


def has_argument(tool: TypedTool, name: str) -> bool:
    """Tell whether a tool always has an argument that can be told apart: text, or an integer."""
    node = tool.root.attributes.get(spelled(name))
    return node is not None and spelled(name) in tool.root.required and node.kind in _KINDS


def history_type(action: str, history: Iterable[History]) -> str | None:
    """Return the type of `context.facts.history` for an action; None where it has no fact."""
    fields = [
        f"{quoted(fact.name)}: {'Long' if fact.kind is Happened.COUNT else 'Bool'}"
        for fact in history
        if action in fact.offered
    ]
    return f'"history": {{{", ".join(fields)}}}' if fields else None
