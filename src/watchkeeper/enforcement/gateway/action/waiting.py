"""Calls that wait for people to decide."""

from __future__ import annotations

import asyncio

from watchkeeper.loop.home import Home
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry


class Waiters:
    """Wakes the calls that wait on an escalation whenever something was said about it."""

    def __init__(self, home: Home) -> None:
        self._events: dict[str, set[asyncio.Event]] = {}
        self._home = home
        home.listeners.append(self._heard)

    async def wait(self, handle: str, seconds: float) -> bool:
        """Wait for a word on an escalation; False if none came in time."""
        event = asyncio.Event()
        self._events.setdefault(handle, set()).add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            events = self._events[handle]
            events.discard(event)
            if not events:
                del self._events[handle]
        return True

    def _heard(self, entry: Entry) -> None:
        if entry.record.kind not in {Kind.VERDICT, Kind.VOID, Kind.QUESTION}:
            return
        pending = self._home.state.pending.by_action(entry.record.predicate.action_id)
        for event in self._events.get(pending.handle, ()) if pending else ():
            event.set()
