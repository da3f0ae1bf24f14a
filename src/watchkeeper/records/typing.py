"""How a tool's arguments become Cedar types: the tree of nodes of one input schema.

Compiled from the pinned schema when a plan is released, carried in the bundle, and walked by the
encoder at decision time (`docs/concepts/typing.md`).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SPELLED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|\\)")


class NodeKind(enum.StrEnum):
    """What becomes of a value."""

    STRING = "string"
    BOOL = "bool"
    LONG = "long"
    DECIMAL = "decimal"
    SCALED = "scaled"
    ENUM = "enum"
    DATETIME = "datetime"
    DATE = "date"
    IP = "ip"
    RECORD = "record"
    ARRAY = "array"
    UNION = "union"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Node:
    """One value. Which fields matter depends on `kind`.

    `entity` is the Cedar entity type of an ENUM, `values` its members; `scale` the number of
    places of a SCALED; `attributes` the members of a RECORD, and of a UNION by JSON type;
    `required` which of them must be there (names of both by `spelled`); `item` the element of an
    ARRAY; `open` says that a RECORD may hold undeclared members, which policy can not see
    (`<path>.*` in `context.opaque`).
    """

    kind: NodeKind
    nullable: bool = False
    entity: str = ""
    values: tuple[str, ...] = ()
    scale: int = 0
    attributes: Mapping[str, Node] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: Node | None = None
    open: bool = False


def attribute_name(name: str, node: Node) -> str:
    """Return the Cedar attribute of argument `name`: `<name>_e<places>` where it is scaled."""
    inner = node
    while inner.kind is NodeKind.ARRAY and inner.item is not None:
        inner = inner.item
    return f"{name}_e{inner.scale}" if inner.kind is NodeKind.SCALED else name


def spelled(name: str) -> str:
    r"""Return a member's name in ASCII, as it stands in `Node.attributes` (records have no other).

    Backslashes are doubled, other characters become `\u{hex}`; most names stay as they are.
    """
    if name.isascii() and "\\" not in name:
        return name
    return "".join(
        "\\\\" if char == "\\" else char if char.isascii() else f"\\u{{{ord(char):x}}}"
        for char in name
    )


def unspelled(key: str) -> str:
    """Return the member's name that `spelled` wrote."""
    if "\\" not in key:
        return key
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)) if found[1] is not None else "\\", key)


def below(path: str, name: str) -> str:
    """Return the dotted path of member `name` of what stands at `path` ("" is the arguments)."""
    return f"{path}.{name}" if path else name
