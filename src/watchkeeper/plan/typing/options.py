"""What the tool file says about the types of a tool's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolTypingOptions:
    """The typing part of one tool in a tool file. Paths are dotted, below the arguments.

    `opaque` are paths whose values policy does not see (`customer.*` for undeclared members of
    `customer`, `*` for undeclared arguments); `scale` gives numbers with more than four decimal
    places as integers of value x 10^places; `derived` are values computed from the arguments;
    `namespace` replaces the tool's name in the names of its enum entity types.
    """

    opaque: tuple[str, ...] = ()
    scale: Mapping[str, int] = field(default_factory=dict)
    derived: Mapping[str, Any] = field(default_factory=dict)
    namespace: str = ""
