"""A home beside its published log: the frames on disk, and the payloads that only it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from watchkeeper.errors import RecordInvalid, TileInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest, parse_json_unverified
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.frame import Frame, check_tail, frames_of
from watchkeeper.records.action import DecisionRecord, EffectRecord, Hidden
from watchkeeper.verify.report import Report

TRUTH = 13


def read_frames(home: Path) -> Iterator[Frame]:
    """Yield every whole frame of a home in order; a torn tail of the newest segment is left out.

    Raises:
        FrameInvalid: damage.
        TileInvalid: a record is missing between two others.
    """
    paths = sorted((home / "segments").glob("[0-9]*.seg"))
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

    def __init__(self, home: Path, report: Report) -> None:
        self._frames = read_frames(home)
        self._report = report
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
            elif frame.payload:
                self._check_payload(frame)

    def finish(self) -> int:
        """Return how many records the home holds that no checkpoint covers yet."""
        rest = 0
        for frame in self._frames:
            rest += 1
            if frame.payload:
                self._check_payload(frame)
        return rest

    def _check_payload(self, frame: Frame) -> None:
        self.payloads += 1
        try:
            record = read_record_unverified(frame.envelope)
            body = parse_json_unverified(frame.payload)
            for hidden, salt, values in _disclosed(record.predicate, body):
                self.values += 1
                if not any(hidden_digest(salt, value) == hidden.digest for value in values):
                    what = f"the payload's value of {cut(hidden.name)} is not the recorded one"
                    self._report.fail(TRUTH, what, frame.index)
        except (RecordInvalid, KeyError, TypeError, ValueError, AttributeError) as error:
            self._report.fail(TRUTH, f"payload: {cut(error)}", frame.index)


def _disclosed(said: Any, body: Mapping[str, Any]) -> Iterator[tuple[Hidden, bytes, list[Any]]]:
    """Yield each hidden value that the payload discloses: digest, salt, and what it may be."""
    salts = {key: bytes.fromhex(salt) for key, salt in body.get("salts", {}).items()}
    if isinstance(said, DecisionRecord):
        yield from _of_decision(said, body, salts)
    elif isinstance(said, EffectRecord) and said.result is not None and "result" in salts:
        found = [body[key] for key in ("result", "settledFrom") if key in body]
        if found and said.result.digest is not None:
            yield said.result, salts["result"], found


def _of_decision(
    said: DecisionRecord, body: Mapping[str, Any], salts: Mapping[str, bytes]
) -> Iterator[tuple[Hidden, bytes, list[Any]]]:
    for name, hidden, values in _named(said, body):
        if hidden.digest is not None and name in salts:
            yield hidden, salts[name], values


def _named(
    said: DecisionRecord, body: Mapping[str, Any]
) -> Iterator[tuple[str, Hidden, list[Any]]]:
    """Yield every hidden value of a decision: what its salt is called, and what it may be."""
    request, arguments = body["request"], body["request"].get("arguments") or {}
    for hidden in said.arguments:
        if hidden.name in arguments:
            yield f"arg.{hidden.name}", hidden, [arguments[hidden.name]]
    if said.on_behalf_of is not None:
        yield "onBehalfOf", said.on_behalf_of, [request["onBehalfOf"]]
    if said.resource is not None:
        # The payload does not say which argument names the resource: it is one of them.
        yield "resource", said.resource, list(arguments.values())
    for hidden in said.trace:
        yield f"trace.{hidden.name}", hidden, [request["trace"].get(hidden.name)]
    read = _values_read(body)
    for fact in said.facts:
        yield f"fact.{fact.value.name}", fact.value, [read.get(fact.value.name)]


def _values_read(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{source['source']}.{name}": value
        for source in body.get("facts", {}).get("read", ())
        for name, value in source["values"].items()
    }
