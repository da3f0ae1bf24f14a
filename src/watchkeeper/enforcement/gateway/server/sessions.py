"""Sessions of agents with tool servers. A session belongs to one agent, and to no other."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from watchkeeper.enforcement.messages.rpc import Id, Message, Shape, id_key, is_modern, renamed
from watchkeeper.enforcement.upstream.channel import Begin, Channel, begins
from watchkeeper.enforcement.upstream.sse import event_id
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.instant import Instant

MAX_PER_AGENT = 64
MAX_STARTED = 8
IDLE_SECONDS = 1800.0
_REMEMBERED = 256
_EVENTS = 1024
_MAX_EVENT_ID = 1024

T = TypeVar("T")
IdKey = tuple[str, str]
"""What tells message ids apart; see `rpc.id_key`."""


@dataclass(slots=True)
class OpenCall:
    """A released call whose answer has not come; whichever stream brings it, it ends here.

    `begin` is called when its first byte is about to leave us. `telling` is held while its effect
    is recorded, so that nobody is told of it before.
    """

    allowed: Allowed
    identity: Id
    started: Instant
    modern: bool = False
    finished: bool = False
    begin: Begin = begins
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a server under an id of ours: which method, under which id of its own."""

    method: str
    identity: Id


@dataclass(slots=True)
class Session:
    """One agent's session with one tool server.

    `id` is ours, `upstream_id` the server's; both are None where the protocol has no sessions.
    `asked` holds the ids of the server's questions that were let through. Requests go to the server
    under ids of ours, by which `calls`, `waiting`, `sent` and `answered` are kept: what waits for
    its answer, what was asked lately, and the SHA-256 of what the agent was told of its actions,
    since a stream that is resumed repeats them. `events` are the ids of the events that it was told
    last. `users` counts the exchanges under way and `taken`
    holds their ids, as the agent gave them; `used` is when the last one began or ended, in seconds
    of a clock that never goes back. `gone` says that the server does not know it any more.
    """

    agent: str
    server: str
    channel: Channel
    id: str | None = None
    upstream_id: str | None = None
    calls: dict[IdKey, OpenCall] = field(default_factory=dict)
    asked: OrderedDict[IdKey, str] = field(default_factory=OrderedDict)
    waiting: dict[IdKey, Asked] = field(default_factory=dict)
    events: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    sent: OrderedDict[IdKey, Asked] = field(default_factory=OrderedDict)
    answered: OrderedDict[IdKey, str] = field(default_factory=OrderedDict)
    taken: list[IdKey] = field(default_factory=list)
    users: int = 0
    used: float = 0.0
    gone: bool = False

    @property
    def alive(self) -> bool:
        """Whether its server still knows it, as far as can be told."""
        return self.channel.alive and not self.gone

    def headers(self, received: Mapping[str, str]) -> dict[str, str]:
        """Return the headers for the tool server: the protocol's own, never the agent's token."""
        kept = {
            name: value
            for name, value in received.items()
            if name.startswith("mcp-") or (name == "last-event-id" and self.had(value))
        }
        kept.pop("mcp-session-id", None)
        if self.upstream_id is not None:
            kept["mcp-session-id"] = self.upstream_id
        return kept

    def note_events(self, lines: tuple[bytes, ...]) -> None:
        """Remember the ids of events that came in this session."""
        for line in lines:
            found = event_id(line)
            if found is not None and len(found) <= _MAX_EVENT_ID:
                self.events[found] = None
                self.events.move_to_end(found)
        while len(self.events) > _EVENTS:
            self.events.popitem(last=False)

    def had(self, event: str) -> bool:
        """Tell whether an event came in this session, so that it may be gone on from there.

        Servers may let whoever has their credential go on from any event: of another's, too.
        """
        return event.encode("latin-1", errors="replace") in self.events

    def note_asked(self, key: IdKey, method: str) -> None:
        """Remember a question of the server's that the agent may answer."""
        _remember(self.asked, key, method)

    @contextmanager
    def asking(self, message: Message) -> Iterator[Message]:
        """Give a request an id of ours, under which it goes to the server.

        An answer that comes later finds what it answers for a while, and nothing else: no other
        request ever has that id.
        """
        ours = renamed(message, f"wk-{secrets.token_hex(16)}")
        key, asked = id_key(ours.id), Asked(message.method, message.id)
        self.waiting[key] = asked
        try:
            yield ours
        finally:
            del self.waiting[key]
            _remember(self.sent, key, asked)

    def asked_under(self, key: IdKey) -> Asked | None:
        """Return what was asked under an id of ours, or None."""
        return self.waiting.get(key) or self.sent.get(key)

    def ours(self, identity: Id) -> str | None:
        """Return the id of ours for a request of the agent's that is under way."""
        for key, asked in self.waiting.items():
            if id_key(asked.identity) == id_key(identity):
                return key[1]
        return None

    def note_answered(self, key: IdKey, digest: str) -> None:
        """Remember what the agent is told of an action."""
        self.calls.pop(key, None)
        _remember(self.answered, key, digest)

    def is_taken(self, key: IdKey) -> bool:
        """Tell whether a request with this id is still under way."""
        return key in self.taken or any(id_key(c.identity) == key for c in self.calls.values())

    @contextmanager
    def in_use(self, key: IdKey | None) -> Iterator[None]:
        """Keep the session, and the id of a request, in use while an exchange is under way."""
        clock = asyncio.get_running_loop().time
        self.users += 1
        self.used = clock()
        if key is not None:
            self.taken.append(key)
        try:
            yield
        finally:
            self.users -= 1
            self.used = clock()
            if key is not None:
                self.taken.remove(key)


class Sessions:
    """The sessions of all agents; the longest unused of an agent with too many is given up."""

    def __init__(self) -> None:
        self._by_id: dict[str, Session] = {}
        self._unnamed: dict[tuple[str, str, bool], list[Session]] = {}

    def find(self, agent: str, server: str, session_id: str) -> Session | None:
        """Return an agent's own session; another agent's does not exist for it."""
        session = self._by_id.get(session_id)
        if session is None or session.agent != agent or session.server != server:
            return None
        if not session.alive:
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
        free = [s for s in mine if not s.users and not s.calls and s is not session]
        return self.drop(min(free or mine, key=lambda found: found.used))

    def unnamed(
        self, agent: str, server: str, request: Message, open_channel: Callable[[], Channel]
    ) -> Session | None:
        """Return what stands for a session with a started server where the protocol has none.

        Always the first that runs, so that what a server keeps to itself is found again; another
        one only while the first is busy with a request of the same id. None if too many are.
        Messages of the two eras never meet in one process: a server may hold to what it heard
        first.
        """
        key = id_key(request.id) if request.shape is Shape.REQUEST else None
        place = (agent, server, is_modern(request))
        mine = [s for s in self._unnamed.get(place, []) if s.channel.alive]
        self._unnamed[place] = mine
        free = (s for s in mine if key is None or not s.is_taken(key))
        found = next(free, None)
        if found is None and len(mine) < MAX_STARTED:
            found = Session(agent, server, open_channel())
            mine.append(found)
        return found

    def drop(self, session: Session) -> Session:
        """Forget a session."""
        if session.id is not None:
            self._by_id.pop(session.id, None)
        else:
            for mine in self._unnamed.values():
                mine[:] = [found for found in mine if found is not session]
        return session

    def idle(self, now: float, seconds: float = IDLE_SECONDS) -> list[Session]:
        """Return the sessions that nobody has used for so long, and those whose server ended.

        One that was not used at all yet counts from now.
        """
        for session in self.all():
            session.used = session.used or now
        return [
            session
            for session in self.all()
            if not session.alive or (not session.users and now - session.used > seconds)
        ]

    def of_server(self, server: str) -> list[Session]:
        """Return the sessions with one tool server."""
        return [session for session in self.all() if session.server == server]

    def all(self) -> list[Session]:
        """Return every session."""
        return [*self._by_id.values(), *(s for mine in self._unnamed.values() for s in mine)]


def _remember(where: OrderedDict[IdKey, T], key: IdKey, value: T) -> None:
    where[key] = value
    where.move_to_end(key)
    while len(where) > _REMEMBERED:
        where.popitem(last=False)
