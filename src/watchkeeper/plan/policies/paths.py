"""Attribute paths in the Cedar JSON form of a policy: what of the context it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

WHOLE = "*"
"""Stands for a record that is used as a whole, and not member by member."""


def path_of(value: Any) -> tuple[str, ...]:
    """Return the path of an expression that is a variable and members of it; else nothing."""
    match value:
        case {"Var": str(name)}:
            return (name,)
        case {".": {"left": left, "attr": str(attr)}}:
            before = path_of(left)
            return (*before, attr) if before else ()
    return ()


def paths_used(value: Any) -> Iterator[tuple[str, ...]]:
    """Yield the longest path of every use of a variable; `has` counts as a use of what it asks."""
    path = path_of(value)
    if path:
        yield path
    elif isinstance(value, dict):
        match value:
            case {"has": {"left": left, "attr": attr}} if path_of(left):
                attrs = [attr] if isinstance(attr, str) else attr
                yield (*path_of(left), *attrs)
            case _:
                for item in value.values():
                    yield from paths_used(item)
    elif isinstance(value, list):
        for item in value:
            yield from paths_used(item)


def facts_used(body: Any) -> frozenset[str]:
    """Return the names of the facts that a policy looks at; `*` where it takes them together."""
    found = set()
    for path in paths_used(body.get("conditions", [])):
        if path[0] == "context" and (len(path) == 1 or path[1] == "facts"):
            found.add(path[2] if len(path) > 2 else WHOLE)
    return frozenset(found)
