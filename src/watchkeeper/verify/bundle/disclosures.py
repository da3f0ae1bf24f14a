"""Step 22: what a bundle discloses, held against the digests in its records."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import unquote

from watchkeeper.errors import EnvelopeInvalid, RecordInvalid, cut
from watchkeeper.ledger.beside import beside
from watchkeeper.ledger.canonical import (
    canonical_arguments,
    parse_json,
    sha256_hex,
)
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.records.action import DecisionRecord, Outcome, Reason
from watchkeeper.records.statement import Record
from watchkeeper.verify.bundle.file import Batch, BundleFile
from watchkeeper.verify.bundle.manifest import disclosed_name, payload_name
from watchkeeper.verify.report import Report
from watchkeeper.verify.values import digests_of, held_values, matches, request_problem, unsalted

DISCLOSED = 22
_MAX_DEPTH = 200


class Disclosures:
    """Checks payloads and single values, record by record."""

    def __init__(self, bundle: BundleFile, report: Report) -> None:
        self._bundle, self._report = bundle, report
        self._single: dict[int, list[str]] = defaultdict(list)
        for name in bundle.names("disclosed"):
            self._single[int(name[10:22])].append(name)
        self._whole = frozenset(int(name[9:21]) for name in bundle.names("payloads"))
        self.values = self.requests = self.unbound = 0

    def take(self, batch: Batch) -> None:
        """Check what is disclosed of these records."""
        if not self._whole and not self._single:
            return
        for index, entry in enumerate(batch.entries, batch.first):
            if index not in self._whole and index not in self._single:
                continue
            try:
                self._check(index, read_record_unverified(entry))
            except (EnvelopeInvalid, RecordInvalid) as error:
                self._report.fail(DISCLOSED, error.message, index)

    def finish(self) -> None:
        """Say what was looked at."""
        if not self._whole and not self._single:
            self._report.skip(DISCLOSED, "it discloses none")
            return
        said = f"{self.values} values and {self.requests} whole requests match their digests"
        if self._whole:
            said += (
                "; of a payload, what no digest covers is the operator's word: the sentence for"
                " operators, what a client claims, budgets"
            )
            if self.unbound:
                said += f", keys of retries of {self.unbound} decisions that do not bind them"
        self._report.say(DISCLOSED, said)

    def _check(self, index: int, record: Record) -> None:
        for name in self._single.get(index, ()):
            self._check_single(index, record, name)
        if index in self._whole:
            raw = self._bundle.read(payload_name(index)) or b""
            body = parse_json(raw, max_bytes=len(raw), max_depth=_MAX_DEPTH)
            if not isinstance(body, dict):
                raise RecordInvalid("a payload that is no object")
            self._check_payload(index, record, body)

    def _check_single(self, index: int, record: Record, name: str) -> None:
        raw = self._bundle.read(name) or b""
        said = parse_json(raw, max_bytes=len(raw), max_depth=_MAX_DEPTH)
        called = unquote(name[23:-5])
        expected = {"index": index, "name": called}
        salt = said.get("salt") if isinstance(said, dict) else None
        if (
            not isinstance(salt, str)
            or said.keys() != {"index", "name", "salt", "value"}
            or {key: said[key] for key in expected} != expected
            or disclosed_name(index, called) != name
            or canonical_arguments(said) != raw
        ):
            raise RecordInvalid(f"not a disclosed value, or of another record: {cut(name)}")
        digest = digests_of(record.predicate).get(called)
        self._hold(index, called, digest, salt, said["value"])

    def _hold(self, index: int, name: str, digest: str | None, salt: str, value: Any) -> None:
        self.values += 1
        try:
            key = bytes.fromhex(salt)
        except ValueError:
            key = b""
        if digest is None:
            self._report.fail(DISCLOSED, f"the record hides no {cut(name)}", index)
        elif not key or not matches(digest, key, value):
            self._report.fail(DISCLOSED, f"another value of {cut(name)} than recorded", index)

    def _check_payload(self, index: int, record: Record, body: dict[str, Any]) -> None:
        for held in held_values(record.predicate, body):
            self.values += 1
            if held.value() is None:
                what = f"another value of {cut(held.name)} than recorded"
                self._report.fail(DISCLOSED, what, index)
        for name in unsalted(record.predicate, body):
            self._report.fail(DISCLOSED, f"no salt for its value of {cut(name)}", index)
        wrong = beside(record, body).wrong
        if wrong is not None:
            self._report.fail(DISCLOSED, f"another value of {wrong} than recorded", index)
        said = record.predicate
        if not isinstance(said, DecisionRecord):
            return
        self.unbound += said.same is None and said.decision.outcome is not Outcome.BLOCK
        asked = said.escalation
        if asked is not None and sha256_hex(canonical_arguments(body.get("shown"))) != asked.shown:
            self._report.fail(DISCLOSED, "the reviewer was shown something else", index)
        self.requests += Reason.INVALID_REQUEST not in said.decision.reasons
        other = request_problem(record, body)
        if other is not None:
            self._report.fail(DISCLOSED, other, index)
