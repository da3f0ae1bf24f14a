"""The closed list of methods (design, 5).

A method is housekeeping and passes unchanged, or is decided, or is refused. What is in neither
list here is unknown, and refused and recorded.
"""

from __future__ import annotations

CALL = "tools/call"
LIST_TOOLS = "tools/list"

HOUSEKEEPING = frozenset(
    {
        "initialize",
        "ping",
        "server/discover",
        LIST_TOOLS,
        "resources/list",
        "resources/templates/list",
        "resources/unsubscribe",
        "prompts/list",
        "logging/setLevel",
        "subscriptions/listen",
    }
)
NOTIFICATIONS = frozenset(
    {
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/progress",
        "notifications/roots/list_changed",
    }
)
NAMED = frozenset(
    {
        "resources/read",
        "resources/subscribe",
        "prompts/get",
        "completion/complete",
        "tasks/get",
        "tasks/list",
        "tasks/result",
        "tasks/cancel",
        "tasks/update",
    }
)
"""Let through only where the tool file names them; each is then recorded like an action."""

FROM_SERVER = frozenset({"elicitation/create", "sampling/createMessage", "roots/list"})
"""What a tool server may ask an agent's host, only where the tool file names it."""
