"""Calls of read tools that the plan makes by itself: for facts, and to settle unknown effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.plan.typing import TypedTool
from watchkeeper.plan.workspace.models.tool import ToolFile
from watchkeeper.plan.workspace.report import Spot
from watchkeeper.plan.workspace.yaml_tree import Fraction
from watchkeeper.records.typing import spelled


def check_read(
    server: ToolFile,
    name: str,
    arguments: Mapping[str, Any],
    typed: Mapping[str, TypedTool],
    spot: Spot,
) -> bool:
    """Check that a tool reads and is given all that it needs; return whether there is one."""
    if not spot.inside("tool").needs("tool", name, server.tools):
        return False
    if server.tools[name].writes:
        message = f"`{name}` writes, so it can not be asked"
        spot.inside("tool").safety("fact-writes", message, "name a tool that reads")
    source = typed.get(name)
    needed = set(source.root.required) if source is not None else set()
    for missing in sorted(needed - {spelled(argument) for argument in arguments}):
        message = f"`{name}` needs the argument `{missing}`"
        spot.inside("arguments").safety("missing-argument", message, "say what it is given")
    return True


def check_fixed(value: Any, spot: Spot) -> None:
    """Note a fixed value that a plan can not hold."""
    if isinstance(value, Fraction | list | dict):
        message = "a fixed value can not be a fraction, a list or a mapping"
        spot.safety("bad-fact", message, "write text, a whole number, `true`, `false` or `null`")
