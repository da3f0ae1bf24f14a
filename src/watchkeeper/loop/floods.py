"""Refusals that are counted instead of recorded one by one (decision semantics, 9)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from watchkeeper.records.action import Reason
from watchkeeper.records.administration import RefusalsRecord
from watchkeeper.records.instant import Instant

_MINUTE = 60_000_000


@dataclass(slots=True)
class _Minute:
    since: Instant
    recorded: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class Floods:
    """Counts each agent's refusals in minutes; beyond the limit they are left out of the log."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}

    def leave_out(self, agent: str, reason: Reason, at: Instant, limit: int) -> bool:
        """Count a refusal; True if this minute's were recorded already to the limit."""
        minute = self._minutes.get(agent)
        if minute is None or (at - minute.since >= _MINUTE and not minute.left_out):
            minute = self._minutes[agent] = _Minute(at)
        if minute.recorded >= limit:
            minute.left_out[reason.value] += 1
            return True
        minute.recorded += 1
        return False

    def over(self, agent: str, at: Instant, limit: int) -> bool:
        """Tell whether an agent used up this minute's refusals."""
        minute = self._minutes.get(agent)
        return minute is not None and at - minute.since < _MINUTE and minute.recorded >= limit

    def due(self, at: Instant) -> list[RefusalsRecord]:
        """Return the summaries of minutes that are over; each is kept until it was `told`."""
        over = [(agent, m) for agent, m in self._minutes.items() if at - m.since >= _MINUTE]
        for agent, minute in over:
            if not minute.left_out:
                del self._minutes[agent]
        return [
            RefusalsRecord(at, agent, minute.since, dict(sorted(minute.left_out.items())))
            for agent, minute in over
            if minute.left_out
        ]

    def told(self, record: RefusalsRecord) -> None:
        """Forget the minute that a summary is about: it is on its way to the log."""
        self._minutes.pop(record.agent, None)

    def put_back(self, record: RefusalsRecord) -> None:
        """Count again what a summary held that was not written after all."""
        minute = self._minutes.setdefault(record.agent, _Minute(record.since))
        minute.since = min(minute.since, record.since)
        minute.left_out.update(record.counts)


class ReadLimits:
    """How many facts an agent may cause to be read in a minute."""

    def __init__(self) -> None:
        self._minutes: dict[str, tuple[Instant, int]] = {}

    def take(self, agent: str, at: Instant, limit: int) -> bool:
        """Count one read; False if this minute's are used up."""
        since, count = self._minutes.get(agent, (at, 0))
        if at - since >= _MINUTE:
            since, count = at, 0
        self._minutes[agent] = (since, count + 1)
        return count < limit
