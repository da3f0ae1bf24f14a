"""Channels by which people are told: each falls silent, and is heard again, in turn."""

from __future__ import annotations

from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.records.instant import Instant
from watchkeeper.records.oversight import ChannelRecord, Hearing
from watchkeeper.records.statement import Record
from watchkeeper.verify.report import Report

ORDER = 6


class Channels:
    """Takes up what a log says of channels; where `whole`, it saw the log from its beginning."""

    def __init__(self, report: Report, *, whole: bool) -> None:
        self._report, self._whole = report, whole
        self._silent: dict[str, Instant | None] = {}

    def go_on(self, report: Report) -> None:
        """Go on in the next shard."""
        self._report = report

    def skip(self) -> None:
        """Take it that records in between were not seen."""
        self._whole = False
        self._silent.clear()

    def take(self, index: int, record: Record) -> None:
        """Take up the next record about a channel."""
        said: ChannelRecord = record.predicate
        problem = self._problem(said)
        if problem is None and record.digest != sha256_hex(said.channel.encode()):
            problem = "its subject is not its channel"
        if problem is not None:
            self._report.fail(ORDER, f"channel: {problem}", index)
        self._silent[said.channel] = said.since if said.state is Hearing.SILENT else None

    def _problem(self, said: ChannelRecord) -> str | None:
        if said.since > said.at:
            return "it fell silent later than it says so"
        if said.failures < 1 or (said.why is None) is (said.state is Hearing.SILENT):
            return "it does not say why, or that nothing failed"
        known = said.channel in self._silent or self._whole
        since = self._silent.get(said.channel)
        if said.state is Hearing.SILENT and since is not None:
            return "it was silent before"
        if said.state is Hearing.HEARD and known and since != said.since:
            return "it was not silent, or since another time"
        return None
