"""Facts of what happened before: whether they count anything, and whether anybody can ask."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.plan.compile.bounds.history import has_argument, policy_name, tools_of
from watchkeeper.plan.lint.names import tools_of_system
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.system import HistoryEntry
from watchkeeper.plan.workspace.models.tool import ToolEntry
from watchkeeper.plan.workspace.report import Report, Spot
from watchkeeper.records.plan.bounds import ARGUMENT, CONVERSATION, MOST_HISTORY_SECONDS, RESOURCE

_TAINT = "untrusted-since-word"


def check_history(
    workspace: Workspace, system: str, typed: Mapping[str, TypedTool], report: Report
) -> None:
    """Check the facts of a system; `typed` are its tools by `server/tool`."""
    file, entries = workspace.systems[system], tools_of_system(workspace, system)
    seen: set[str] = set()
    for name, said in file.says.history.items():
        spot = report.at(file, "history", name)
        if policy_name(name) in seen:
            message = f"policies would call two facts `{policy_name(name)}`"
            spot.safety("id-twice", message, "give one of them another name")
        seen.add(policy_name(name))
        if said.within > MOST_HISTORY_SECONDS:
            message = "a fact remembers 90 days at most"
            spot.inside("within").safety("history-too-long", message, "write `90d` or less")
        if all(spot.inside("tools", n).needs("tool", t, entries) for n, t in enumerate(said.tools)):
            _kind(said, entries, spot)
            _same(said, entries, typed, spot)


def _kind(said: HistoryEntry, entries: Mapping[str, ToolEntry], spot: Spot) -> None:
    if said.kind != _TAINT:
        if not said.tools:
            spot.safety("counts-nothing", "the fact counts nothing", "name `tools:`")
        return
    if said.same != CONVERSATION:
        message = "a person's word ends with a conversation, so `same` is `conversation`"
        spot.inside("same").safety("bad-history", message, "leave `same` out")
    if not tools_of(said, entries):
        message = "no tool of the system is said to return what is untrusted"
        advice = "say `untrusted: true` in its tool file, or name `tools:`"
        spot.safety("counts-nothing", message, advice)


def _same(
    said: HistoryEntry,
    entries: Mapping[str, ToolEntry],
    typed: Mapping[str, TypedTool],
    spot: Spot,
) -> None:
    for action in tools_of(said, entries):
        if said.same == RESOURCE and entries[action].resource is None:
            message = f"{action} names no resource, so it would never count"
            spot.inside("same").safety("counts-nothing", message, "add `resource:` to the tool")
        argument = said.same.removeprefix(ARGUMENT)
        if argument != said.same and action in typed and not has_argument(typed[action], argument):
            message = f"{action} has no `{argument}` that is text or an integer and always given"
            spot.inside("same").safety("unknown-argument", message, "name another argument")
