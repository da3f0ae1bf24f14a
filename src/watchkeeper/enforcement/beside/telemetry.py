"""Sending a span for each action that ended, while the gateway runs.

The log is the queue: what is sent is read back from it once it is durable, so nothing is sent
that is not recorded, and no decision knows of it. Where the collector is gone for so long that
`MOST_BEHIND` records wait, the oldest are skipped and counted: `log export` still has them.
"""

from __future__ import annotations

import logging
from itertools import islice
from typing import Any, Protocol

from watchkeeper.check.export import Emitter, Span, Spans, otlp_request
from watchkeeper.enforcement.beside.wheel import Wheel
from watchkeeper.errors import LedgerError
from watchkeeper.ports import Records
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry
from watchkeeper.settings import Telemetry

MOST_BEHIND = 20_000
AT_ONCE = 500
SECONDS = 1.0

_log = logging.getLogger("watchkeeper.telemetry")


class Sender(Protocol):
    """Takes OTLP requests."""

    def send(self, request: dict[str, Any]) -> int:
        """Send a request; return how many of its spans were refused.

        Raises:
            ExportFailed: it was not taken.
        """
        ...


class Follower:
    """Follows a log from where it stands now, and sends what ended."""

    def __init__(
        self, records: Records, emitter: Emitter, telemetry: Telemetry, sender: Sender
    ) -> None:
        self._records, self._emitter, self._sender = records, emitter, sender
        self._resource = telemetry.resource
        self._spans = Spans(emitter, look_up=self._look_up, links=telemetry.links)
        self._unsent: list[Span] = []
        self._next = records.size
        self._told = 0
        self.sent = self.skipped = self.refused = 0

    def turn(self) -> None:
        """Send what was recorded since the last turn, a bounded part at a time.

        Raises:
            ExportFailed: the collector did not take it; the next turn sends it again.
            LedgerError: the log can not be read.
        """
        self._skip()
        while True:
            self._deliver()
            entries = list(islice(self._records.entries(self._next), AT_ONCE))
            for entry in entries:
                self._next = entry.ref.index + 1
                span = self._spans.take(entry)
                if span is not None:
                    self._unsent.append(span)
            if not entries:
                return

    def _skip(self) -> None:
        """Give up the oldest of what waits, where too much does, and say how much."""
        behind = self._records.size - self._next
        if behind > MOST_BEHIND:
            self._next += behind - MOST_BEHIND
            self.skipped += behind - MOST_BEHIND
        lost = self.skipped + self.refused
        if lost != self._told:
            self._told = lost
            _log.warning(
                "telemetry: %d records were skipped and %d spans refused so far; "
                "`watchkeeper log export --format otel` has them",
                *(self.skipped, self.refused),
            )

    def _deliver(self) -> None:
        if not self._unsent:
            return
        self.refused += self._sender.send(otlp_request(self._unsent, self._emitter, self._resource))
        self.sent += len(self._unsent)
        self._unsent = []

    def _look_up(self, ref: Ref) -> Entry | None:
        try:
            return self._records.entry(ref)
        except LedgerError:
            return None


def telemetry_wheel(follower: Follower) -> Wheel:
    """Return what sends spans every second, and once more at the end."""
    return Wheel("telemetry", SECONDS, follower.turn, last=True)
