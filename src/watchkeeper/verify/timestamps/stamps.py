"""Holds a log against the time stamps that it keeps: step 17.

A time stamp says that a checkpoint existed by a time. So each record under it must be dated
before it, and each record that came later must not be dated long before it: whoever rewrites a
log can choose its times, but not those of an authority.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchkeeper.errors import (
    LedgerError,
    TimestampInvalid,
    TimestampUnsupported,
    cut,
)
from watchkeeper.ledger.checkpoint import open_checkpoint
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ledger.timestamp_names import FOLDER, INDEX, StampName, parse_index
from watchkeeper.records.instant import render_instant
from watchkeeper.verify.report import Report
from watchkeeper.verify.source import Source
from watchkeeper.verify.timestamps.response import Stamp, check_timestamp

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

TIMESTAMPS = 17
TOLERANCE_SECONDS = 300
"""How far the home's clock and the authority's may be apart before it is a finding."""
_NONE = "none is kept: times are the home's own clock"
_TOLERANCE = TOLERANCE_SECONDS * 1_000_000


@dataclass(slots=True)
class _Bound:
    """A stamp, in the order of sizes. `latest` is the least time of this and all larger ones."""

    stamp: Stamp
    latest: int


class Stamps:
    """The time stamps of one log; told of each record and of the root at each size."""

    def __init__(self, report: Report, key: VerifierKey, roots: Sequence[Certificate]) -> None:
        self._report, self._key, self._roots = report, key, roots
        self._bounds: list[_Bound] = []
        self._at = 0
        self._earliest = 0
        self.roots: dict[int, set[bytes]] = {}

    def read_log(self, source: Source, size: int) -> None:
        """Read and verify every time stamp that a log names, up to a size."""
        names = self._names(source)
        if names is not None:
            stamps = [(str(n), *_files(source, n)) for n in names]
            self._read(stamps, size)

    def read_bundle(self, responses: Mapping[str, bytes], checkpoint: bytes, size: int) -> None:
        """Verify the time stamps of a bundle, all of which are over its own checkpoint."""
        if responses:
            self._read([(name, checkpoint, raw) for name, raw in responses.items()], size)
        else:
            self._report.skip(TIMESTAMPS, _NONE)

    def record(self, index: int, at: int) -> None:
        """Hold a record's time, in microseconds, against the stamps before and after it."""
        bounds = self._bounds
        while self._at < len(bounds) and bounds[self._at].stamp.checkpoint.size <= index:
            stamp = bounds[self._at].stamp
            self._earliest = max(self._earliest, stamp.at - stamp.accuracy - _TOLERANCE)
            self._at += 1
        if self._at < len(bounds) and at > bounds[self._at].latest:
            what = f"dated {render_instant(at)}, after a time stamp that covers it"
            self._report.fail(TIMESTAMPS, what, index)
        if at < self._earliest:
            what = f"dated {render_instant(at)}, long before a time stamp that does not cover it"
            self._report.fail(TIMESTAMPS, what, index)

    def root(self, size: int, root: bytes) -> None:
        """Hold the root at a size against what was stamped at that size."""
        for expected in self.roots.pop(size, set()):
            if expected != root:
                what = f"the first {size} records are not those that were time stamped"
                self._report.fail(TIMESTAMPS, what)

    def finish(self) -> None:
        """Say what the time stamps say."""
        if not self._bounds:
            return
        last = self._bounds[-1].stamp
        first = min(self._bounds, key=lambda bound: bound.stamp.at).stamp
        said = f"{len(self._bounds)} time stamps: {_sentence(last)}"
        if first is not last:
            said += f"; the first: {_sentence(first)}"
        self._report.say(TIMESTAMPS, said)

    def _names(self, source: Source) -> list[StampName] | None:
        """Return the names of the stamps, None if there is none; what says why is noted."""
        raw = source.read(f"{FOLDER}/{INDEX}")
        if raw is None:
            self._report.skip(TIMESTAMPS, _NONE)
            return None
        try:
            return parse_index(raw)
        except TimestampInvalid as error:
            self._report.fail(TIMESTAMPS, error.message)
            return None

    def _read(self, stamps: list[tuple[str, bytes | None, bytes | None]], size: int) -> None:
        if not self._roots:
            why = f"{len(stamps)} kept; give the root of their authority to check them"
            self._report.skip(TIMESTAMPS, f"{why}: `--tsa-cert`")
            return
        try:
            found = [stamp for one in stamps if (stamp := self._stamp(*one, size))]
        except TimestampUnsupported as error:
            self._report.skip(TIMESTAMPS, f"{len(stamps)} kept; {error}")
            return
        self._take(found)

    def _stamp(
        self, name: str, checkpoint: bytes | None, response: bytes | None, size: int
    ) -> Stamp | None:
        try:
            if checkpoint is None or response is None:
                raise TimestampInvalid("it is named, but missing")
            signed = open_checkpoint(checkpoint, self._key)
            stamp = check_timestamp(response, checkpoint, self._roots)
            if str(StampName.of(signed.size, stamp.at)) != name.removesuffix(".tsr"):
                raise TimestampInvalid("its name is not that of what it says")
            if signed.size > size:
                raise TimestampInvalid("the log was longer when it was made")
        except TimestampUnsupported:
            raise
        except LedgerError as error:
            self._report.fail(TIMESTAMPS, f"{cut(name)}: {error.message}")
            return None
        return stamp

    def _take(self, stamps: list[Stamp]) -> None:
        stamps.sort(key=lambda stamp: stamp.checkpoint.size)
        latest: int | None = None
        for stamp in reversed(stamps):
            limit = stamp.at + stamp.accuracy + _TOLERANCE
            latest = limit if latest is None else min(latest, limit)
            self._bounds.append(_Bound(stamp, latest))
            self.roots.setdefault(stamp.checkpoint.size, set()).add(stamp.checkpoint.root)
        self._bounds.reverse()


def _files(source: Source, name: StampName) -> tuple[bytes | None, bytes | None]:
    checkpoint = source.read(f"{FOLDER}/{name.checkpoint}")
    return checkpoint, source.read(f"{FOLDER}/{name.response}")


def _sentence(stamp: Stamp) -> str:
    when = render_instant(stamp.at)
    if stamp.accuracy:
        when += f" (± {stamp.accuracy / 1e6:g} s)"
    return f"{stamp.checkpoint.size} records existed before {when}, says {cut(stamp.authority)}"
