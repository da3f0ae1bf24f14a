"""How a tool's arguments become Cedar types: the tree of nodes of one input schema.

Compiled from the pinned schema when a plan is released, carried in the bundle, and walked by the
encoder at decision time (`notes on tool typing` in `docs/concepts/typing.md`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field



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
    `required` which of them must be there; `item` the element of an ARRAY.
    """

    kind: NodeKind
    nullable: bool = False
    entity: str = ""
    values: tuple[str, ...] = ()
    scale: int = 0
    attributes: Mapping[str, Node] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: Node | None = None

