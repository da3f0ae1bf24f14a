"""One tool, one policy, one call: typed, checked, encoded and put to the real engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cedarpy
import orjson

from watchkeeper.do.encode.check import ArgumentCheck
from watchkeeper.do.encode.encoder import ArgumentEncoder, Encoded, Unencodable
from watchkeeper.plan.typing import (
    ActionSpec,
    ToolTypingOptions,
    TypedTool,
    cedar_schema,
    compile_input_schema,
)
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.typing import Node

NO_FACTS = "{}"


@dataclass(frozen=True)
class TypedCall:
    """A tool `refund` of server `desk` that acts on an `Order`."""

    schema: Any
    tool: str = "refund"
    options: ToolTypingOptions = field(default_factory=ToolTypingOptions)

    def typed(self) -> TypedTool:
        return compile_input_schema(self.schema, tool=self.tool, options=self.options)

    def cedar(self) -> str:
        spec = ActionSpec(
            f"desk/{self.tool}", self.typed(), "Order", NO_FACTS, ("writes", "server:desk")
        )
        return cedar_schema([spec])

    def encode(self, arguments: Any) -> Encoded | Unencodable | str:
        """Check and encode; a text is the checker's refusal."""
        typed = self.typed()
        wrong = ArgumentCheck(typed.closed_schema).check(arguments)
        if wrong is not None:
            return wrong
        # The tree travels in the bundle, so it is read back before it is used.
        root = from_json(Node, to_json(typed.root))
        return ArgumentEncoder(root, typed.derived).encode(arguments)

    def valid(self, policy: str) -> bool:
        """Tell whether strict validation accepts the policy."""
        return bool(cedarpy.validate_policies(policy, self.cedar()))

    def decide(self, arguments: Any, policy: str) -> str:
        """Return allow, deny, refused, or the engine's error."""
        encoded = self.encode(arguments)
        if not isinstance(encoded, Encoded):
            return "refused"
        return evaluate(self.cedar(), f"desk/{self.tool}", encoded, policy)


def context_of(encoded: Encoded) -> dict[str, Any]:
    return {
        "args": encoded.args,
        "size": encoded.size,
        "derived": encoded.derived,
        "nulls": encoded.nulls,
        "opaque": encoded.opaque,
        "facts": {},
    }


def evaluate(cedar: str, action: str, encoded: Encoded, policy: str) -> str:
    """Ask the engine with the schema handle, as the runtime does."""
    request = {
        "principal": {"type": "Agent", "id": "agent"},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Order", "id": "ORD-1"},
        "context": orjson.dumps(context_of(encoded)).decode(),
    }
    schema = cedarpy.Schema.from_str(cedar)
    result = cedarpy.is_authorized(request, cedarpy.PolicySet.from_str(policy), "[]", schema)
    if result.decision is cedarpy.Decision.NoDecision or result.diagnostics.errors:
        return f"error: {result.diagnostics.errors}"
    return "allow" if result.allowed else "deny"
