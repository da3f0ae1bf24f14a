"""Sessions of agents with tool servers. A session belongs to one agent, and to no other."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.enforcement.gateway.rpc import Id
from watchkeeper.enforcement.upstream.channel import Channel
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.instant import Instant

MAX_PER_AGENT = 64


@dataclass(slots=True)
class OpenCall:
    """A released call whose answer has not come; whichever stream brings it, it ends here."""

    allowed: Allowed
    identity: Id
    started: Instant
    modern: bool = False
    finished: bool = False


@dataclass(slots=True)
class Session:
    """One agent's session with one tool server.

    `id` is ours, `upstream_id` the server's; both are None where the protocol has no sessions.
    """

    agent: str
    server: str
    channel: Channel
    id: str | None = None
    upstream_id: str | None = None
    modern: bool = False
    calls: dict[tuple[str, str], OpenCall] = field(default_factory=dict)
    lists: set[tuple[str, str]] = field(default_factory=set)

    def headers(self, received: Mapping[str, str]) -> dict[str, str]:
        """Return the headers for the tool server: the protocol's own, never the agent's token."""
        kept = {
            name: value
            for name, value in received.items()
            if name.startswith("mcp-") or name == "last-event-id"
        }
        kept.pop("mcp-session-id", None)
        if self.upstream_id is not None:
            kept["mcp-session-id"] = self.upstream_id
        return kept


class Sessions:
    """The sessions of all agents; the oldest of an agent with too many is given up."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, Session] = OrderedDict()

    def find(self, agent: str, server: str, session_id: str) -> Session | None:
        """Return an agent's own session; another agent's does not exist for it."""
        session = self._by_id.get(session_id)
        if session is None or session.agent != agent or session.server != server:
            return None
        return session

    def add(self, session: Session) -> Session | None:
        """Keep a session; returns one that was given up for it, to be closed."""
        if session.id is None:
            return None
        self._by_id[session.id] = session
        mine = [s for s in self._by_id.values() if s.agent == session.agent]
        if len(mine) <= MAX_PER_AGENT:
            return None
        oldest = next((s for s in mine if not s.calls), mine[0])
        return self.drop(oldest)

    def drop(self, session: Session) -> Session:
        """Forget a session."""
        if session.id is not None:
            self._by_id.pop(session.id, None)
        return session

    def all(self) -> list[Session]:
        """Return every session."""
        return list(self._by_id.values())


