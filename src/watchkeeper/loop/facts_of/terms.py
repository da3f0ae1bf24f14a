"""Whether what a task is to be bound to can be held against the calls of its actions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from watchkeeper.do.decision.enforcer import Enforcer, ToolEntry
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.records.lent import Terms, ValueLimit
from watchkeeper.records.typing import Node, spelled

MOST_NAMED = 64
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Bound:
    """The system and the actions that a task is for."""

    system: str
    actions: tuple[str, ...]


def checked_terms(enforcer: Enforcer, bound: Bound, terms: Terms) -> None:
    """Refuse what would bind nothing, or not what it seems to.

    Raises:
        CommandInvalid: an action that the system does not have, a resource where a tool names
            none, an argument that a bound action does not have, or a limit that is none.
    """
    entries = _entries(enforcer, bound)
    for named in (terms.resources, terms.values):
        if len(named) > MOST_NAMED:
            raise CommandInvalid(f"a mandate names at most {MOST_NAMED} resources and values")
    for entry in entries if terms.resources else ():
        if entry.tool.resource_argument is None:
            raise CommandInvalid(
                f"{cut(entry.action)} names no resource",
                "bind its arguments by `values` instead, or open another task for it",
            )
    if terms.on_behalf_of is not None and not 0 < len(terms.on_behalf_of) <= _LONGEST:
        raise CommandInvalid("a person is named in 1 to 256 characters")
    for limit in terms.values:
        _check_limit(limit, entries)


def _entries(enforcer: Enforcer, bound: Bound) -> list[ToolEntry]:
    system = next((s for s in enforcer.bundle.systems if s.id == bound.system), None)
    if not 0 < len(bound.actions) <= MOST_NAMED or len(set(bound.actions)) != len(bound.actions):
        raise CommandInvalid(f"a mandate names 1 to {MOST_NAMED} actions, each once")
    found = []
    for action in bound.actions:
        server, _, tool = action.partition("/")
        entry = enforcer.tool(server, tool)
        if entry is None or system is None or server not in system.servers:
            raise CommandInvalid(f"the system has no action {cut(action)}")
        found.append(entry)
    return found


def _check_limit(limit: ValueLimit, entries: list[ToolEntry]) -> None:
    bounded = [entry for entry in entries if limit.action in {None, entry.action}]
    if not bounded:
        raise CommandInvalid(f"{cut(limit.action)} is no action of the mandate")
    if limit.most is None and limit.least is None and not limit.among:
        raise CommandInvalid(f"the limit on {cut(limit.argument)} limits nothing")
    for entry in bounded:
        if not _has(entry, limit.argument, derived=not limit.among):
            raise CommandInvalid(
                f"{cut(entry.action)} has no argument {cut(limit.argument)}",
                "say by `action` which of them the limit is for",
            )
    for number in (limit.most, limit.least):
        if number is not None and not _is_decimal(number):
            raise CommandInvalid(f"no decimal: {cut(number)}")


def _has(entry: ToolEntry, argument: str, *, derived: bool) -> bool:
    head, _, name = argument.partition(".")
    if head == "derived" and derived:
        return name in entry.tool.derived
    node: Node | None = entry.tool.root
    for part in argument.removeprefix("args.").split("."):
        node = None if node is None else node.attributes.get(spelled(part))
    return node is not None


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and len(text) <= _LONGEST
    except InvalidOperation:
        return False
