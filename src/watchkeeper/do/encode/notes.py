"""What is noted about a call while its arguments are walked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

UNSEEN: Final[Any] = object()
"""Stands for a value that policy does not see."""


@dataclass(slots=True)
class Notes:
    """Sizes of lists, paths of nulls and of unseen values, and exact numbers, by dotted path."""

    size: dict[str, int]
    nulls: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    numbers: dict[str, int | str] = field(default_factory=dict)
