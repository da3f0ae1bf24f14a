"""Who looks at a page, and at what of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.console.live.feed import Feed
from watchkeeper.console.once import AimsOnce, Once
from watchkeeper.console.reviewing import Reviewing
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox import Inbox, Item
from watchkeeper.loop.inbox.inbox import KEPT
from watchkeeper.loop.surface import Surface
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Visit:
    """One look of one person at one page; `now` is the gateway's own clock."""

    surface: Surface
    feed: Feed
    inbox: Inbox
    person: str
    now: Instant
    once: Once
    aims: AimsOnce
    reviewing: Reviewing
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    _waiting: list[Item] = field(default_factory=list)

    @property
    def home(self) -> Home:
        """The home that is served."""
        return self.surface.kernel.home

    @property
    def plan(self) -> Bundle:
        """The plan in force."""
        return self.home.enforcer.bundle

    @property
    def waiting(self) -> list[Item]:
        """What waits and the person may see, the oldest first: looked up once for a visit."""
        if not self._waiting:
            self._waiting.extend(self.inbox.items(self.person, limit=KEPT).items)
        return self._waiting

    def name_of(self, person: str) -> str:
        """Return what people call a person of the plan, or the id again."""
        return next((p.name or p.id for p in self.plan.people if p.id == person), person)

    def may(self, role: str) -> bool:
        """Tell whether the person who looks holds a role."""
        return self.home.state.authority.holds(self.person, role)


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such thing to look at, and why."""

    why: str
