"""What several pages say of an action that waits for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.console.words import text_of
from watchkeeper.loop.inbox import Item
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import Tool

FIRST = 4
"""How many arguments stand with the sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """A named value as text, JSON where it is no text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Mine:
    """Whether the person who looks may decide, in which roles, and else why not."""

    may: bool
    roles: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One action that waits, in a few lines; an empty sentence: the request was erased."""

    handle: str
    action_id: str
    agent: str
    system: str
    tool: str
    sentence: str
    first: tuple[Value, ...]
    roles: tuple[str, ...]
    approvals: int
    approved_by: tuple[str, ...]
    at: Instant
    expires: Instant
    group: str
    mine: Mine


def summary_of(item: Item) -> Summary:
    """Say an item of the inbox in a few lines."""
    said = item.summary
    return Summary(
        handle=said.handle,
        action_id=said.action_id,
        agent=said.agent,
        system=said.system,
        tool=said.action,
        sentence=said.sentence,
        first=values(said.first[:FIRST]),
        roles=said.roles,
        approvals=said.approvals,
        approved_by=item.approved_by,
        at=said.at,
        expires=said.expires,
        group=said.group,
        mine=mine_of(item),
    )


def mine_of(item: Item) -> Mine:
    """Tell whether the person who looks may decide; the command checks it again, and more."""
    return Mine(item.mine.may, item.mine.roles, item.mine.why)


def values(pairs: Iterable[tuple[str, Any]]) -> tuple[Value, ...]:
    """Return named values as text."""
    return tuple(Value(str(name), text_of(value)) for name, value in pairs)


def in_order(shown: Mapping[str, Any] | None, tool: Tool | None) -> tuple[Value, ...]:
    """Return the arguments, those that matter most first.

    As the record orders them; of the rest, first what the tool's file says is acted on or names in
    its sentence, then numbers.
    """
    arguments = shown.get("arguments") if shown is not None else None
    if shown is None or not isinstance(arguments, Mapping):
        return ()
    recorded = [name for name in shown.get("first", ()) if name in arguments]

    def place(name: str) -> tuple[int, int, str]:
        if name in recorded:
            return (0, recorded.index(name), name)
        matters = tool is not None and (
            name == tool.resource_argument or f"{{{name}}}" in tool.sentence
        )
        counts = isinstance(arguments[name], int | float)
        return (1 if matters else 2 if counts else 3, 0, name)

    return values((name, arguments[name]) for name in sorted(arguments, key=place))
