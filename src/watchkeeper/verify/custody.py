"""Keys over time, and homes that were restored or copied (steps 16 and 19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.key_history import KeyHistory
from watchkeeper.ledger.signature import keyid_of
from watchkeeper.records.custody import AdoptedRecord, DoubtKind, KeyRotationRecord
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Fact
from watchkeeper.verify.people import OPERATE, Authority, Commands
from watchkeeper.verify.report import Report

SIGNATURES, OVER_TIME, ADOPTIONS = 4, 16, 19
_SHOWN = 16


class Custody:
    """Follows the record key through a shard: which key counted where, and which was revoked.

    Memory: a few words for each stretch of records by one key.
    """

    def __init__(self, report: Report, commands: Commands, origin: str) -> None:
        self._report, self._commands = report, commands
        self._history = KeyHistory(origin, {})
        self._origin = origin
        self._keys: dict[str, bytes] = {}
        self._pinned: Collection[str] | None = None
        self._runs: list[tuple[str, int, int]] = []
        self._adopted: list[tuple[int, AdoptedRecord]] = []

    def trust(
        self, keys: Mapping[str, bytes], pinned: Sequence[bytes] | None
    ) -> Mapping[str, bytes]:
        """Begin with the keys of the genesis; `pinned` are the raw keys that the auditor brought.

        What is returned holds every key known so far, and grows as the log is read; whether a key
        counted at an index is looked at in `signed`.
        """
        self._history = KeyHistory(self._origin, keys)
        self._pinned = None if pinned is None else {keyid_of(key) for key in pinned}
        self._keys = dict(keys)
        return self._keys

    def in_force(self) -> dict[str, bytes]:
        """Return the keys that count for the next record, or for the next shard's first one."""
        return {term.keyid: term.public for term in self._history.in_force()}

    def signed(self, fact: Fact) -> None:
        """Check that the key of an entry counted at its index."""
        problem = self._history.problem(fact.keyid, fact.index)
        if problem is not None:
            self._report.fail(SIGNATURES, problem, fact.index)
        elif self._runs and self._runs[-1][0] == fact.keyid and self._runs[-1][2] == fact.index:
            self._runs[-1] = (fact.keyid, self._runs[-1][1], fact.index + 1)
        else:
            self._runs.append((fact.keyid, fact.index, fact.index + 1))

    def rotation(self, index: int, record: Record, authority: Authority) -> None:
        """Take up a change of the record key."""
        said: KeyRotationRecord = record.predicate
        verb, body = "revoke-key", {"revoked": said.revoked, "revokedFrom": said.revoked_from}
        if said.new_key is not None:
            old = None if said.old is None else said.old.value
            verb, body = "rotate-key", {"replaces": said.replaces, "newKey": said.new_key}
            body["old"] = old
        problem = self._command_problem(said, verb, body, authority)
        try:
            self._history.take(index, said)
            self._keys.update(self._history.keys)
        except RecordInvalid as error:
            problem = problem or error.message
        if problem is not None:
            self._report.fail(OVER_TIME, problem, index)

    def adopted(self, index: int, record: Record, authority: Authority) -> None:
        """Take up that a person went on with a restored or copied home."""
        said: AdoptedRecord = record.predicate
        body = {"size": said.size, "doubts": sorted(doubt.id for doubt in said.doubts)}
        problem = self._command_problem(said, "adopt", body, authority)
        if problem is None and (said.size > index or not said.doubts):
            problem = "it adopts nothing that could stand before it"
        if problem is not None:
            self._report.fail(ADOPTIONS, problem, index)
        self._adopted.append((index, said))

    def finish(self, kept: int) -> None:
        """Report what was signed with a key that was revoked; `kept` is under an older checkpoint.

        What was there when a checkpoint was kept is no less suspect: the index says from where on
        somebody else may have had the key. It only can not have been made later still.
        """
        for term in self._history.terms:
            if term.revoked_from is not None:
                for keyid, first, end in self._runs:
                    if keyid == term.keyid:
                        self._suspect(range(max(first, term.revoked_from), end), term.keyid, kept)
        self._report.say(OVER_TIME, self._keys_said())
        self._report.say(ADOPTIONS, self._adoptions_said())

    def _suspect(self, indexes: range, keyid: str, kept: int) -> None:
        what = f"not to be relied on: key {keyid[:_SHOWN]} was revoked from {indexes.start} on"
        for index in indexes:
            there = "; it was there when a checkpoint was kept" if index < kept else ""
            self._report.fail(OVER_TIME, what + there, index)

    def _command_problem(
        self, said: Any, verb: str, body: Mapping[str, Any], authority: Authority
    ) -> str | None:
        bound = {**body, "reason": said.why or None}
        problem = self._commands.problem(said.signature, authority, said.by, verb, bound)
        if problem is None and not authority.holds(said.by, OPERATE):
            return f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
        return problem

    def _keys_said(self) -> str:
        named = []
        for term in self._history.terms:
            chained = self._pinned is not None and term.keyid not in self._pinned
            by_chain = " (by the chain alone: pin it)" if chained else ""
            named.append(f"{term.keyid[:_SHOWN]} {term}{by_chain}")
        return f"{len(named)} record keys: " + "; ".join(named)

    def _adoptions_said(self) -> str:
        if not self._adopted:
            return "none: nobody took up a restored or copied home"
        return "; ".join(_adoption_said(index, said) for index, said in self._adopted)


def _adoption_said(index: int, said: AdoptedRecord) -> str:
    text = f"record {index}: {said.by} took this home up again at {said.size} records"
    if said.missing is not None:
        first, end = said.missing
        text += f"; records {first} to {end - 1} were seen elsewhere and are not these"
    if any(doubt.kind is DoubtKind.FORKED for doubt in said.doubts):
        text += "; another history was seen elsewhere"
    return text
