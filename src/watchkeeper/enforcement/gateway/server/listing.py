"""Which tools an agent sees: those that some permit names for it, and that are as released."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.enforcement.messages.answers import (
    ANSWER_DEFINITION,
    ANSWER_TOOL,
    RESULT_DEFINITION,
    RESULT_TOOL,
)
from watchkeeper.enforcement.messages.lending import (
    DELEGATE_DEFINITION,
    DELEGATE_TOOL,
    may_lend,
)
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.plan_bundle import tool_pin


def filtered(enforcer: Enforcer, agent: str, server: str, result: dict[str, Any]) -> dict[str, Any]:
    """Filter the result of `tools/list`; on its last page our own tools stand, too.

    A definition that is not the pinned one is left out, whoever may call it. The list is the
    agent's own, so shared caches must not keep it.
    """
    visible = enforcer.visible_tools(agent, server)
    listed = result.get("tools")
    tools = [
        tool
        for tool in (listed if isinstance(listed, list) else [])
        if isinstance(tool, dict)
        and tool.get("name") in visible
        and tool.get("name") not in {RESULT_TOOL, ANSWER_TOOL, DELEGATE_TOOL}
        and _is_released(enforcer, server, tool)
    ]
    if not result.get("nextCursor"):
        tools += [ANSWER_DEFINITION, RESULT_DEFINITION]
        tools += [DELEGATE_DEFINITION] if may_lend(enforcer, agent) else []
    changed = {**result, "tools": tools}
    if "cacheScope" in result:
        changed["cacheScope"] = "private"
    return changed


def _is_released(enforcer: Enforcer, server: str, definition: dict[str, Any]) -> bool:
    entry = enforcer.tool(server, definition["name"])
    try:
        return entry is not None and tool_pin(definition) == entry.tool.pin
    except RecordInvalid:
        return False
