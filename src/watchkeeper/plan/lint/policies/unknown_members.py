"""Members that no action has: `context.args has typo` is simply false, and the rule never fires.

Strict validation lets `has` ask for anything, so a mistyped name switches a hard rule off without
an error. Here it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.policies.paths import path_of
from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.records.typing import Node, NodeKind, attribute_name, unspelled

_ARGUMENTS = ("context", "args")
_NO_MEMBERS = ("principal", "resource", "action")


def check_members(
    policy: ParsedPolicy, actions: Iterable[str], tools: Mapping[str, TypedTool]
) -> Iterator[Finding]:
    """Yield what a policy asks for with `has` that none of its actions can have."""
    roots = [tools[action].root for action in actions if action in tools]
    for path, name in sorted(set(_asked(policy.body.get("conditions", [])))):
        if path[0] in _NO_MEMBERS:
            message = f"`{path[0]} has {name}` is never true: it has no members"
            yield _finding(policy, message, "look at `context` instead")
        elif path[:2] == _ARGUMENTS:
            known = {found for root in roots for found in _members(root, path[2:])}
            if name not in known:
                message = f"`{'.'.join(path)} has {name}` is never true: no such argument"
                yield _finding(policy, message, nearest(name, known))


def _asked(value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, list):
        for item in value:
            yield from _asked(item)
    elif isinstance(value, dict):
        match value:
            case {"has": {"left": left, "attr": str(name)}} if path_of(left):
                yield path_of(left), name
        for item in value.values():
            yield from _asked(item)


def _members(node: Node | None, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the names that a value at a path below an argument can have, as policies write them."""
    if node is None:
        return
    if node.kind is NodeKind.ARRAY:
        yield from _members_of_array(node, path)
        return
    named = {attribute_name(unspelled(key), item): item for key, item in node.attributes.items()}
    if path:
        yield from _members(named.get(path[0]), path[1:])
    else:
        yield from named


def _members_of_array(node: Node, path: tuple[str, ...]) -> Iterator[str]:
    """The elements of a list are columns: of an object its members, of a number its extremes."""
    item = node.item
    if item is not None and item.kind is NodeKind.RECORD:
        yield from _members_of_column(item, path)
    elif not path:
        yield from ("values", "min", "max")


def _members_of_column(item: Node, path: tuple[str, ...]) -> Iterator[str]:
    named = {attribute_name(unspelled(key), node): node for key, node in item.attributes.items()}
    if not path:
        yield from named
    elif path[0] in named:
        column = named[path[0]]
        if column.kind is NodeKind.RECORD:
            yield from _members_of_column(column, path[1:])
        elif len(path) == 1:
            yield from ("values", "min", "max")


def _finding(policy: ParsedPolicy, message: str, advice: str) -> Finding:
    said = f"policy `{policy.notes.id}`: {message}"
    return Finding(Severity.SAFETY, policy.file, policy.line, said, advice, "never-true")
