"""What one process knows of its notices: told, rung, failed, and tried by somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from watchkeeper.do.state.parts import Channels
from watchkeeper.errors import LogUnavailable
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.home import Home
from watchkeeper.loop.notices.due import Bell, Known, Step, due
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing, Silence
from watchkeeper.records.statement import Record

MOST = 10_000
"""Steps that are remembered before those of actions that are over are forgotten."""
RETRIES = (1, 4, 16, 64)
LATER = 300
"""Seconds to the next try after each failure, and after those: then the channel is silent."""
_MICROS = 1_000_000


def silent_channels(home: Home) -> tuple[ChannelRecord, ...]:
    """Return what is recorded of the channels that are silent and that the plan still names."""
    silent = home.state.part(Channels).silent
    return tuple(silent[name] for name in home.enforcer.bundle.channels if name in silent)


@dataclass(slots=True)
class _Line:
    """How it went with one channel lately.

    `recorded` of its failures stand in a record; `next` is when it may be tried, by the clock that
    only goes forward.
    """

    failures: int = 0
    since: Instant | None = None
    recorded: int = 0
    next: int = 0


@dataclass(slots=True)
class Board:
    """The notices of one process.

    What was told is in memory alone: after a start all that waits is told again, as far as it has
    climbed by then; nothing is skipped.
    """

    home: Home
    told: set[Step] = field(default_factory=set)
    rang: dict[str, Instant] = field(default_factory=dict)
    _kept: int = 0
    _lines: dict[str, _Line] = field(default_factory=dict)

    def due(self) -> tuple[Bell, ...]:
        """Return the channels that are to ring now, and may be tried."""
        plan = self.home.enforcer.bundle
        if not plan.on_call or not plan.channels:
            return ()
        waiting = tuple(self.home.state.pending.unanswered())
        if not waiting:
            self.told.clear()
            return ()
        self._forget({pending.handle for pending in waiting})
        silent = self.home.state.part(Channels).silent
        known = Known(self.told, self.rang, silent)
        bells = due(waiting, plan.on_call, plan.channels, known, self.home.now())
        mono = self.home.clock.monotonic()
        return tuple(bell for bell in bells if self._line(bell.channel).next <= mono)

    def _forget(self, here: set[str]) -> None:
        """Forget what was told of actions that wait no more, once that is a lot of it."""
        if len(self.told) > MOST and len(self.told) > 2 * self._kept:
            self.told = {step for step in self.told if step.handle in here}
            self._kept = len(self.told)

    def heard(self, channel: str, steps: Iterable[Step] = ()) -> None:
        """Note that a notice went through."""
        now, line = self.home.now(), self._line(channel)
        self.home.trials.heard[channel] = now
        self.told.update(steps)
        if steps:
            self.rang[channel] = now
        before = self.home.state.part(Channels).silent.get(channel)
        if before is not None:
            failures = before.failures + line.failures - line.recorded
            self._record(ChannelRecord(now, channel, Hearing.HEARD, before.since, failures))
        self._lines[channel] = _Line()

    def failed(self, channel: str, why: Silence) -> None:
        """Note that a notice did not go through; after the last retry the channel is silent."""
        now, line = self.home.now(), self._line(channel)
        line.failures += 1
        line.since = line.since or now
        pause = RETRIES[line.failures - 1] if line.failures <= len(RETRIES) else LATER
        line.next = self.home.clock.monotonic() + pause * _MICROS
        known = channel in self.home.state.part(Channels).silent
        if line.failures > len(RETRIES) and not known:
            said = ChannelRecord(now, channel, Hearing.SILENT, line.since, line.failures, why)
            line.recorded = line.failures if self._record(said) else 0

    def _line(self, channel: str) -> _Line:
        return self._lines.setdefault(channel, _Line())

    def _record(self, said: ChannelRecord) -> bool:
        """Record it; where that can not be done now, it is said again with the next try."""
        if self.home.doubts:
            return False
        digest = sha256_hex(said.channel.encode())
        try:
            self.home.append(Record(Kind.CHANNEL, "channel", digest, said))
        except LogUnavailable:
            return False
        return True
