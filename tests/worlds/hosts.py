"""An agent's host of MCP 2026-07-28 that opens pages for its person, over the wire.

host = Host(world)
first = host.call("drop", what="x")      # -> what the gateway asks for
again = host.again(first, "drop", what="x")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.worlds.gateway import Json, Reply, World, call_body

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
ACCEPTED: Json = {"approval": {"action": "accept", "content": {"approved": True}}}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gateway asked a host for."""

    result: Json

    @property
    def state(self) -> str:
        return str(self.result["requestState"])

    @property
    def url(self) -> str:
        return str(self.result["inputRequests"]["approval"]["params"]["url"])

    @property
    def handle(self) -> str:
        return str(self.result["_meta"]["watchkeeper/escalation"]["handle"])


@dataclass(frozen=True, slots=True)
class Host:
    """The host of one agent; `pages` says that it opens them."""

    world: World
    agent: str = "payer"
    pages: bool = True

    def post(self, tool: str, arguments: Any, *, agent: str | None = None, **params: Any) -> Reply:
        """Call a tool with further params beside its arguments."""
        elicitation: Json = {"url": {}} if self.pages else {"form": {}}
        meta = {VERSION: "2026-07-28", CAPABILITIES: {"elicitation": elicitation}}
        body = call_body(tool, arguments, meta, **params)
        return self.world.post(body, agent=agent or self.agent)

    def call(self, tool: str, **arguments: Any) -> Asked:
        """Call a tool that has to be approved."""
        return asked(self.post(tool, arguments))

    def again(
        self, before: Asked, tool: str, *, responses: Json | None = None, **arguments: Any
    ) -> Reply:
        """Come back with a state, as a host does once its person closed the page."""
        said = ACCEPTED if responses is None else responses
        return self.post(tool, arguments, requestState=before.state, inputResponses=said)


def asked(reply: Reply) -> Asked:
    """Return what an answer asks for."""
    assert reply.result.get("resultType") == "input_required", reply.body
    return Asked(reply.result)
