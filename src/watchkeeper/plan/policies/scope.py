"""Which actions a policy's scope can match, so that policies can be sliced by action.

`action == X` matches X alone, even where X is a group; `action in G` matches G and what is in it.
Merging the two would fail open: a policy that names a group with `==` matches no call at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from watchkeeper.plan.policies.parse import ParsedPolicy
from watchkeeper.plan.workspace.checked import nearest
from watchkeeper.plan.workspace.finding import Finding, Severity

Groups = Mapping[str, frozenset[str]]


def actions_of(body: Mapping[str, Any], groups: Groups) -> tuple[str, ...] | None:
    """Return the actions that a scope can match, sorted; None where it names none.

    `groups` maps each action to the groups that it is in.
    """
    scope = body["action"]
    match scope["op"]:
        case "All":
            return None
        case "==":
            return tuple(a for a in (scope["entity"]["id"],) if a in groups)
        case _:
            named = scope["entities"] if "entities" in scope else [scope["entity"]]
            wanted = {entity["id"] for entity in named}
            return tuple(sorted(a for a, inside in groups.items() if wanted & ({a} | inside)))


def check_names(
    policy: ParsedPolicy, agents: frozenset[str], system: str, groups: Groups
) -> Iterator[Finding]:
    """Find agents and systems that a policy names and that are not of its system.

    Cedar takes any id of a known type; a misspelt one would make a rule that never fires.
    """
    known = {
        "Agent": agents,
        "System": frozenset({system}),
        "Action": frozenset(groups) | frozenset(g for inside in groups.values() for g in inside),
    }
    for kind, name in _entities(policy.body):
        if kind in known and name not in known[kind]:
            message = f"the policy names {kind} `{name}`, which system `{system}` does not have"
            yield Finding(
                Severity.SAFETY,
                policy.file,
                policy.line,
                message,
                nearest(name, known[kind]),
                "unknown-name",
            )


def _entities(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if set(value) == {"type", "id"} and all(isinstance(v, str) for v in value.values()):
            yield value["type"], value["id"]
        else:
            for item in value.values():
                yield from _entities(item)
    elif isinstance(value, list):
        for item in value:
            yield from _entities(item)
