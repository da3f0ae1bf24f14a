"""Verifying one shard of a log, in numbered steps (evidence format, 5).

Streams: a bundle is read, checked by one of several processes, and forgotten. What stays in
memory is said in `actions`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchkeeper.errors import (
    EnvelopeInvalid,
    LedgerError,
    NoteInvalid,
    RecordInvalid,
    TileInvalid,
)
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint_unverified,
)
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.note import VerifierKey, parse_vkey
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.ledger.tiles import bundles_of
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.verify.conduct import Conduct
from watchkeeper.verify.custody import ADOPTIONS, OVER_TIME
from watchkeeper.verify.drills import DRILLS
from watchkeeper.verify.entries import Checked, Job
from watchkeeper.verify.erasures import ERASURES, Run
from watchkeeper.verify.home import Truth
from watchkeeper.verify.lent import LENT
from watchkeeper.verify.log.parallel import checked_in_order
from watchkeeper.verify.log.shards import SHARDS, Before, check_begin
from watchkeeper.verify.log.tree import PublishedTree
from watchkeeper.verify.management import MANAGEMENT
from watchkeeper.verify.release import CHANGES
from watchkeeper.verify.released import plan_problem
from watchkeeper.verify.report import Report, Verification
from watchkeeper.verify.source import Source, read_bundle
from watchkeeper.verify.timestamps import Stamps
from watchkeeper.verify.witnesses import pinned_key, read_testimony

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEYS, CHECKPOINT, TREE, SIGNATURES, OLDER = 1, 2, 3, 4, 5
RELEASES, COMMANDS, APPROVALS, IN_FORCE, EFFECTS = 7, 8, 9, 10, 11
PLANS, TRUTH, REPLAY = 12, 13, 15
ORDER = 6
COMPLETE, DISCLOSED = 21, 22
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Brought:
    """What an auditor brings: see `verify_log` for each."""

    vkey: str | None = None
    record_keys: Sequence[bytes] | None = None
    older: tuple[bytes, ...] = ()
    policy: bytes | None = None
    workers: int | None = None
    tsa_roots: tuple[Certificate, ...] = ()


class Verifier:
    """One run over a published shard; each method is a step of `report.TITLES` or reads for one.

    `before` is what the run over the shard before handed over, `ended` what this one does;
    `erasures` goes through all shards that are verified together.
    `bundle.verifier` does the same over a bundle, and says what is other there.
    """

    def __init__(
        self,
        source: Source,
        progress: Progress | None,
        before: Before | None = None,
        erasures: Run | None = None,
    ) -> None:
        self.ended: Before | None = None
        self._source, self._preceding, self._erasures = source, before, erasures
        self._report = Report()
        self._progress = progress or (lambda _done, _total: None)
        self._before: dict[int, set[bytes]] = {}
        self._kept = self._rest = 0

    def run(self, brought: Brought) -> Verification:
        """Do every step; see `verify_log`."""
        report, policy = self._report, brought.policy
        raw = self._read_checkpoint()
        given = self._given_key(raw, brought)
        key = given or self._own_key()
        checkpoint = self._checkpoint(raw, key)
        self._older(key, checkpoint, brought.older)
        self._stamps = self._read_stamps(checkpoint, key, brought.tsa_roots)
        testimony = read_testimony(self._source, raw, checkpoint, key, policy)
        vouched = testimony.checkpoint
        if vouched.size < checkpoint.size:
            self._before.setdefault(vouched.size, set()).add(vouched.root)
        genesis = self._begin(checkpoint)
        if genesis is None:
            self._skip_all("the first record can not be read")
        else:
            self._follow(checkpoint, genesis, key, brought)
        sound = not any(report.failed[step] for step in (CHECKPOINT, TREE, OLDER))
        witnessed = testimony.tell(report, checkpoint.size, sound=sound)
        report.skip(REPLAY, "decisions are not replayed here; `check replay` does that")
        return Verification(
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=base64.b64encode(checkpoint.root).decode(),
            steps=report.steps(),
            findings=tuple(report.findings),
            left_out=report.left_out,
            counts=dict(sorted(report.counts.items())),
            unknown=0 if self.ended is None else self.ended.conduct.actions.unknown,
            pinned=given is not None,
            witnessed=witnessed,
            witnessed_size=vouched.size if witnessed else 0,
            policy_given=policy is not None,
            cosigned=testimony.named,
            checkpoint=raw,
        )

    def _follow(
        self, checkpoint: Checkpoint, genesis: GenesisRecord, key: VerifierKey, brought: Brought
    ) -> None:
        """Follow the records from the first one on, and hand over what they add up to."""
        conduct = self._conduct(genesis)
        trusted = self._record_keys(genesis, brought.record_keys, key)
        keys = conduct.custody.trust(trusted, brought.record_keys)
        self._stream(checkpoint, keys, conduct, brought.workers)
        self.ended = Before(checkpoint, conduct, key, self._rest)

    def _read_stamps(
        self, checkpoint: Checkpoint, key: VerifierKey, roots: Sequence[Certificate]
    ) -> Stamps:
        stamps = Stamps(self._report, key, roots)
        stamps.read_log(self._source, checkpoint.size)
        return stamps

    def _read_checkpoint(self) -> bytes:
        raw = self._source.read("checkpoint")
        if raw is None:
            raise NoteInvalid("there is no checkpoint", "is this the published log, or a home?")
        return raw

    def _given_key(self, raw: bytes, brought: Brought) -> VerifierKey | None:
        if brought.vkey is not None:
            self._report.say(KEYS, "the log's key was given")
            return parse_vkey(brought.vkey)
        key = pinned_key(brought.policy, parse_checkpoint_unverified(raw)[0].origin)
        if key is not None:
            self._report.say(KEYS, "the log's key was given, by the policy")
        return key

    def _own_key(self) -> VerifierKey:
        raw = self._source.read("log.vkey")
        if raw is None:
            raise NoteInvalid("the log names no key", "give its verifier key: `--vkey`")
        self._report.say(
            KEYS, "the log's key was taken from the log itself: pin it, or this proves little"
        )
        return parse_vkey(raw.decode(errors="replace"))

    def _checkpoint(self, raw: bytes, key: VerifierKey) -> Checkpoint:
        try:
            checkpoint = open_checkpoint(raw, key)
            self._report.say(CHECKPOINT, f"size {checkpoint.size}, signed by {key.name}")
        except NoteInvalid as error:
            checkpoint, _ = parse_checkpoint_unverified(raw)
            self._report.fail(CHECKPOINT, error.message)
        return checkpoint

    def _older(self, key: VerifierKey, checkpoint: Checkpoint, older: Sequence[bytes]) -> None:
        for raw in older:
            try:
                before = open_checkpoint(raw, key)
            except NoteInvalid as error:
                parse_checkpoint_unverified(raw)
                self._report.fail(OLDER, error.message)
                continue
            if before.size > checkpoint.size:
                self._report.fail(OLDER, f"the log was longer once: {before.size} records")
            else:
                self._before.setdefault(before.size, set()).add(before.root)
                self._kept = max(self._kept, before.size)
        if not older:
            self._report.skip(OLDER, "none was given: whoever holds the keys could rewrite it all")
        else:
            self._report.say(OLDER, f"{len(older)} are prefixes of this log")

    def _begin(self, checkpoint: Checkpoint) -> GenesisRecord | None:
        """Return the genesis, held against the end of the shard before; None if there is none."""
        first = self._first(checkpoint)
        genesis = None if first is None else self._genesis(first, checkpoint)
        if first is not None and genesis is not None:
            check_begin(self._report, genesis, first, self._preceding)
        return genesis

    def _first(self, checkpoint: Checkpoint) -> bytes | None:
        """Return the first entry, or None if there is none, which is said."""
        if checkpoint.size == 0:
            self._report.fail(ORDER, "the log is empty: even the genesis is missing")
            return None
        try:
            return read_bundle(self._source, *next(bundles_of(checkpoint.size)))[0]
        except TileInvalid as error:
            self._report.fail(TREE, error.message, 0)
            return None

    def _genesis(self, first: bytes, checkpoint: Checkpoint) -> GenesisRecord | None:
        """Return the genesis that the first entry must be, or None if it is not, which is said."""
        try:
            record = read_record_unverified(first)
        except (EnvelopeInvalid, RecordInvalid) as error:
            self._report.fail(TREE, error.message, 0)
            return None
        genesis = record.predicate
        if record.kind is not Kind.GENESIS or genesis.origin != checkpoint.origin:
            self._report.fail(ORDER, "the first record is not the genesis of this log", 0)
            return None
        return genesis if isinstance(genesis, GenesisRecord) else None

    def _conduct(self, genesis: GenesisRecord) -> Conduct:
        before = self._preceding.conduct if self._preceding else None
        return Conduct(self._report, genesis, self._plan_of, before, self._erasures)

    def _record_keys(
        self, genesis: GenesisRecord, given: Sequence[bytes] | None, key: VerifierKey
    ) -> Mapping[str, bytes]:
        if genesis.log_key != str(key):
            self._report.fail(KEYS, "the genesis names another log key", 0)
        raw = [decode_base64(text) for text in genesis.record_keys.values()]
        named = {keyid_of(one): one for one in raw if one and len(one) == KEY_BYTES}
        if given is None:
            return named
        # A key that came later counts by the chain of rotations from these on, pinned or not:
        # also one that the shard before, held against the same keys, ended with.
        trusted = {keyid_of(one) for one in given}
        trusted |= self._preceding.keys.keys() if self._preceding else set()
        if not named.keys() <= trusted:
            self._report.fail(KEYS, "the genesis names a record key that was not given", 0)
        return {keyid: one for keyid, one in named.items() if keyid in trusted}

    def _stream(
        self,
        checkpoint: Checkpoint,
        keys: Mapping[str, bytes],
        conduct: Conduct,
        workers: int | None,
    ) -> None:
        home = getattr(self._source, "home", None)
        truth = Truth(home, self._report, conduct.erasures) if home is not None else None
        tree, signed = PublishedTree(self._source, self._report, self._before, self._stamps), 0
        try:
            for job, checked in self._checked(checkpoint.size, keys, workers):
                tree.take(checked.hashes)
                for index, problem in checked.problems:
                    self._report.fail(SIGNATURES, problem, index)
                for fact in checked.facts:
                    conduct.take(fact)
                    self._stamps.record(fact.index, fact.at)
                signed += len(checked.facts)
                if truth is not None:
                    truth.compare(job.first, job.entries)
                self._progress(tree.size, checkpoint.size)
        except TileInvalid as error:
            self._report.fail(TREE, error.message, tree.size)
        except LedgerError as error:
            self._report.fail(TRUTH, error.message)
        tree.finish(checkpoint)
        self._finish(conduct)
        self._say(conduct, tree.size, signed)
        self._finish_truth(truth, conduct)

    def _finish(self, conduct: Conduct) -> None:
        """Look through what can only be seen at the end."""
        conduct.actions.finish()
        conduct.finish_drills()
        conduct.custody.finish(self._kept)
        conduct.lent.finish()
        conduct.management.finish()
        conduct.changes.finish()
        self._check_plans(conduct)
        self._stamps.finish()

    def _say(self, conduct: Conduct, size: int, signed: int) -> None:
        report, counts = self._report, self._report.counts
        report.say(TREE, f"{size} entries lead to the signed root, without a gap")
        self._say_people(conduct, signed)
        report.say(IN_FORCE, "nothing allowed under a stop or another plan" + conduct.purses.said())
        ended = f"{counts['effect']}, each with its allow; {conduct.actions.unknown} unknown"
        report.say(EFFECTS, ended + elsewhere(conduct))
        if not report.failed[TREE]:
            report.say(COMPLETE, f"every index from 0 to {size - 1}")
        else:
            report.skip(COMPLETE, "the entries do not lead to the signed root")
        report.skip(DISCLOSED, "a log discloses no values")

    def _say_people(self, conduct: Conduct, signed: int) -> None:
        report, counts = self._report, self._report.counts
        report.say(SIGNATURES, f"{signed} records, each signed by a key that counted there")
        report.say(
            ORDER,
            "the genesis is first, times never decrease, channels are silent and heard in turn",
        )
        report.say(RELEASES, f"{counts['plan-release']}, each signed by a holder of the role")
        report.say(COMMANDS, f"{conduct.commands} commands, each signed by a person of the plan")
        approved = f"{conduct.actions.approved} released, each with its verdicts"
        report.say(APPROVALS, approved + elsewhere(conduct))

    def _finish_truth(self, truth: Truth | None, conduct: Conduct) -> None:
        if truth is None:
            self._report.skip(TRUTH, "a published log holds no segments and no payloads")
            conduct.erasures.finish("a published log holds no payloads to look at")
            return
        try:
            self._rest = truth.finish()
        except LedgerError as error:
            self._report.fail(TRUTH, error.message)
        else:
            self._report.say(
                TRUTH,
                f"segments hold what was published; {truth.values} values in {truth.payloads} "
                f"payloads match their digests; {self._rest} records not yet under a checkpoint",
            )
        conduct.erasures.finish()

    def _skip_all(self, why: str) -> None:
        people = (RELEASES, COMMANDS, APPROVALS, IN_FORCE, EFFECTS)
        over_time = (OVER_TIME, SHARDS, ADOPTIONS)
        rest = (PLANS, TRUTH, ERASURES, COMPLETE, DISCLOSED)
        of_plans = (LENT, DRILLS, MANAGEMENT, CHANGES)
        for step in (SIGNATURES, *people, *over_time, *rest, *of_plans):
            self._report.skip(step, why)

    def _check_plans(self, conduct: Conduct) -> None:
        missing = 0
        for index, release in conduct.plans:
            raw = self._plan_of(release.plan or "")
            if raw is None:
                missing += 1
            elif (problem := plan_problem(raw, release)) is not None:
                self._report.fail(PLANS, problem, index)
        if missing:
            self._report.skip(PLANS, f"{missing} of {len(conduct.plans)} plans are not published")
        else:
            self._report.say(PLANS, f"{len(conduct.plans)} published plans match their digests")

    def _plan_of(self, digest: str) -> bytes | None:
        return self._source.read(f"plans/{digest}.json")

    def _checked(
        self, size: int, keys: Mapping[str, bytes], workers: int | None
    ) -> Iterator[tuple[Job, Checked]]:
        return checked_in_order(self._jobs(size, keys), size, keys, workers)

    def _jobs(self, size: int, keys: Mapping[str, bytes], /) -> Iterator[Job]:
        for number, width in bundles_of(size):
            entries = tuple(read_bundle(self._source, number, width))
            yield Job(number * 256, entries, dict(keys))


def elsewhere(conduct: Conduct) -> str:
    """Return what is to be said of references into shards that were not given."""
    count = conduct.actions.elsewhere
    if not count:
        return ""
    return f"; {count} refer to records in shards that were not given: not checked"
