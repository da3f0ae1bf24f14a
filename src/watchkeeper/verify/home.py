"""A home beside its published log: the frames on disk, and the payloads that only it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from watchkeeper.errors import RecordInvalid, TileInvalid, cut
from watchkeeper.ledger.beside import beside
from watchkeeper.ledger.canonical import canonical_arguments, parse_json_unverified, sha256_hex
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.erasure import parse_stub
from watchkeeper.ledger.frame import Frame, check_tail, frames_of
from watchkeeper.ledger.plan_bundle import REGISTER
from watchkeeper.records.action import DecisionRecord, Outcome
from watchkeeper.records.administration import Carried, GenesisRecord
from watchkeeper.records.statement import Erased, Record
from watchkeeper.verify.erasures import Erasures
from watchkeeper.verify.management.beside import state_problem
from watchkeeper.verify.report import Report
from watchkeeper.verify.shown import shown_problem
from watchkeeper.verify.values import held_values, request_problem, unsalted

TRUTH = 13


def read_frames(home: Path) -> Iterator[Frame]:
    """Yield every whole frame of a home in order; a torn tail of the newest segment is left out.

    Raises:
        FrameInvalid: damage.
        TileInvalid: a record is missing between two others.
    """
    paths = sorted((home / "segments").glob(f"{'[0-9]' * 8}.seg"))
    expected = 0
    for path in paths:
        data, end = path.read_bytes(), 0
        for frame in frames_of(data):
            if frame.index != expected:
                raise TileInvalid(f"record {frame.index} where {expected} should be: {path.name}")
            expected, end = expected + 1, frame.end
            yield frame
        check_tail(data[end:], end, newest=path == paths[-1])


class Truth:
    """Holds a home's frames against the published entries, bundle by bundle."""

    def __init__(self, home: Path, report: Report, erasures: Erasures) -> None:
        self._frames = read_frames(home)
        self._report, self._erasures = report, erasures
        self.payloads = 0
        self.values = 0

    def compare(self, first: int, entries: Iterable[bytes]) -> None:
        """Compare the next published entries with the frames that they came from."""
        for index, entry in enumerate(entries, first):
            frame = next(self._frames, None)
            if frame is None:
                self._report.fail(TRUTH, "published, but not in the home", index)
                return
            if frame.envelope != entry:
                self._report.fail(TRUTH, "the home holds another record than was published", index)
            else:
                self._check_payload(frame)

    def finish(self) -> int:
        """Return how many records the home holds that no checkpoint covers yet."""
        rest = 0
        for frame in self._frames:
            rest += 1
            self._check_payload(frame)
        return rest

    def _check_payload(self, frame: Frame) -> None:
        try:
            record = read_record_unverified(frame.envelope)
            body = parse_json_unverified(frame.payload) if frame.payload else {}
            stub = parse_stub(body)
            if body:
                self._erasures.payload(frame.index, stub)
            self._check_beside(frame.index, record, body, stub)
            if stub is not None or (not body and frame.index):
                return  # only a first record may have to have one
            self.payloads += bool(frame.payload)
            if isinstance(record.predicate, GenesisRecord) and record.predicate.carried:
                self._check_carried(record.predicate.carried, body, frame.index)
            self._check_register(body, frame.index)
            for held in held_values(record.predicate, body):
                self.values += 1
                if held.value() is None:
                    what = f"the payload's value of {cut(held.name)} is not the recorded one"
                    self._report.fail(TRUTH, what, frame.index)
            for name in unsalted(record.predicate, body):
                what = f"the payload has no salt for its value of {cut(name)}"
                self._report.fail(TRUTH, what, frame.index)
            for unlike in (
                shown_problem(record.predicate, body),
                state_problem(record.predicate, body),
                _request_problem(record, body),
            ):
                if unlike is not None:
                    self._report.fail(TRUTH, unlike, frame.index)
        except (RecordInvalid, KeyError, TypeError, ValueError, AttributeError) as error:
            self._report.fail(TRUTH, f"payload: {cut(error)}", frame.index)

    def _check_beside(self, index: int, record: Record, body: Any, stub: Erased | None) -> None:
        """Hold what a retry is recognised by against the record."""
        found = beside(record, body if stub is None else stub.kept, erased=stub is not None)
        if found.wrong is not None:
            what = f"the payload's `{found.wrong}` is another than recorded"
            self._report.fail(TRUTH, what, index)
        if found.until is not None and stub is not None:
            self._erasures.counted(index, found.until, stub)

    def _check_carried(self, carried: Carried, body: Mapping[str, Any], index: int) -> None:
        """Hold the state that a shard began with against the digest in its first record."""
        self.values += 1
        if sha256_hex(canonical_arguments(body.get("state"))) != carried.state:
            self._report.fail(TRUTH, "the payload's state is not the one taken over", index)

    def _check_register(self, body: Mapping[str, Any], index: int) -> None:
        """Hold the register of the management system against the plan beside which it stands."""
        named = ((body.get("bundle") or {}).get("management") or {}).get("register")
        if named is None:
            return
        self.values += 1
        if sha256_hex(canonical_arguments(body.get(REGISTER))) != named:
            self._report.fail(TRUTH, "the payload's register is not the plan's", index)


def _request_problem(record: Record, body: Mapping[str, Any]) -> str | None:
    """Of what was blocked, not all that was sent may have been kept."""
    said = record.predicate
    blocked = isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.BLOCK
    problem = None if blocked else request_problem(record, body)
    return None if problem is None else f"the payload holds {problem}"
