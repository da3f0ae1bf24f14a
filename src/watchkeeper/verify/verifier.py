"""Verifying a log, in numbered steps (evidence format, 5).

Streams: a bundle is read, checked by one of several processes, and forgotten. What stays in
memory is said in `actions`.
"""

from __future__ import annotations

import base64
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import cpu_count, get_context
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import (
    EnvelopeInvalid,
    LedgerError,
    NoteInvalid,
    RecordInvalid,
    TileInvalid,
)
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint_unverified,
)
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.note import VerifierKey, parse_vkey
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64, keyid_of
from watchkeeper.ledger.tiles import TileTree, bundles_of
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.verify.conduct import Conduct
from watchkeeper.verify.custody import ADOPTIONS, OVER_TIME
from watchkeeper.verify.entries import Checked, Job, check_entries
from watchkeeper.verify.erasures import ERASURES
from watchkeeper.verify.home import Truth
from watchkeeper.verify.people import same_authority
from watchkeeper.verify.report import Report, Verification
from watchkeeper.verify.source import DirectorySource, Source, read_bundle, read_tile
from watchkeeper.verify.timestamps import Stamps
from watchkeeper.verify.witnesses import pinned_key, read_testimony

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEYS, CHECKPOINT, TREE, SIGNATURES, OLDER = 1, 2, 3, 4, 5
RELEASES, COMMANDS, APPROVALS, IN_FORCE, EFFECTS = 7, 8, 9, 10, 11
PLANS, TRUTH, REPLAY = 12, 13, 15
ORDER = 6
COMPLETE, DISCLOSED = 21, 22
POOL_FROM = 8
"""Bundles from which on it pays to start processes."""
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


def verify_log(  # noqa: PLR0913 - what an auditor may bring
    source: Source | Path,
    *,
    vkey: str | None = None,
    record_keys: Sequence[bytes] | None = None,
    older: Sequence[bytes] = (),
    policy: bytes | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tsa_roots: Sequence[Certificate] = (),
) -> Verification:
    """Verify a published log, or a home.

    `vkey` is the log's verifier key and `record_keys` the raw public keys of its records, both
    from somewhere else than the log; `older` are checkpoints seen before; `policy` is a witness
    policy of the caller's own (C2SP tlog-policy), whose quorum must hold, and which pins the log's
    key where it names it; `workers` how many processes check signatures (default: one for each
    core); `progress(done, total)` counts records; `tsa_roots` are roots of time stamping
    authorities that the caller trusts.

    Raises:
        HomeInvalid: there is no log to read.
        NoteInvalid: there is no checkpoint, or `vkey` or one of `older` can not be parsed.
        PolicyInvalid: `policy` can not be parsed.
    """
    if isinstance(source, Path):
        source = DirectorySource(source)
    brought = Brought(vkey, record_keys, tuple(older), policy, workers, tuple(tsa_roots))
    return Verifier(source, progress).run(brought)


class Verifier:
    """One run over a published log; each method is a step of `report.TITLES` or reads for one.

    `bundle.verifier` does the same over a bundle, and says what is other there.
    """

    def __init__(self, source: Source, progress: Progress | None) -> None:
        self._source = source
        self._report = Report()
        self._progress = progress or (lambda _done, _total: None)
        self._before: dict[int, set[bytes]] = {}
        self._kept = 0

    def run(
        self,
        brought: Brought,
    ) -> Verification:
        """Do every step; see `verify_log`."""
        report = self._report
        raw = self._read_checkpoint()
        vkey, policy = brought.vkey, brought.policy
        pinned = vkey is not None or self._pinned(raw, policy) is not None
        key = self._log_key(vkey) if vkey else self._pinned(raw, policy) or self._log_key(None)
        checkpoint = self._checkpoint(raw, key)
        self._older(key, checkpoint, brought.older)
        self._stamps = self._read_stamps(checkpoint, key, brought.tsa_roots)
        testimony = read_testimony(self._source, raw, checkpoint, key, policy)
        vouched = testimony.checkpoint
        if vouched.size < checkpoint.size:
            self._before.setdefault(vouched.size, set()).add(vouched.root)
        genesis = self._genesis(checkpoint)
        unknown = 0
        if genesis is None:
            self._skip_all("the first record can not be read")
        else:
            conduct = self._conduct(genesis)
            trusted = self._record_keys(genesis, brought.record_keys, key)
            keys = conduct.custody.trust(trusted, brought.record_keys)
            self._stream(checkpoint, keys, conduct, brought.workers)
            unknown = conduct.actions.unknown
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
            unknown=unknown,
            pinned=pinned,
            witnessed=witnessed,
            witnessed_size=vouched.size if witnessed else 0,
            policy_given=policy is not None,
            cosigned=testimony.named,
            checkpoint=raw,
        )

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

    def _pinned(self, raw: bytes, policy: bytes | None) -> VerifierKey | None:
        key = pinned_key(policy, parse_checkpoint_unverified(raw)[0].origin)
        if key is not None:
            self._report.say(KEYS, "the log's key was given, by the policy")
        return key

    def _conduct(self, genesis: GenesisRecord) -> Conduct:
        return Conduct(self._report, genesis, self._plan_of)

    def _log_key(self, vkey: str | None) -> VerifierKey:
        if vkey is not None:
            self._report.say(KEYS, "the log's key was given")
            return parse_vkey(vkey)
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

    def _genesis(self, checkpoint: Checkpoint) -> GenesisRecord | None:
        if checkpoint.size == 0:
            self._report.fail(ORDER, "the log is empty: even the genesis is missing")
            return None
        try:
            first = read_bundle(self._source, *next(bundles_of(checkpoint.size)))[0]
            record = read_record_unverified(first)
        except (TileInvalid, EnvelopeInvalid, RecordInvalid) as error:
            self._report.fail(TREE, error.message, 0)
            return None
        genesis = record.predicate
        if record.kind is not Kind.GENESIS or genesis.origin != checkpoint.origin:
            self._report.fail(ORDER, "the first record is not the genesis of this log", 0)
            return None
        return genesis if isinstance(genesis, GenesisRecord) else None

    def _record_keys(
        self, genesis: GenesisRecord, given: Sequence[bytes] | None, key: VerifierKey
    ) -> Mapping[str, bytes]:
        if genesis.log_key != str(key):
            self._report.fail(KEYS, "the genesis names another log key", 0)
        raw = [decode_base64(text) for text in genesis.record_keys.values()]
        named = {keyid_of(one): one for one in raw if one and len(one) == KEY_BYTES}
        if given is None:
            return named
        pinned = {keyid_of(one): one for one in given}
        if not named.keys() <= pinned.keys():
            self._report.fail(KEYS, "the genesis names a record key that was not given", 0)
        # A key that came later counts by the chain of rotations from these on, pinned or not.
        return {keyid: one for keyid, one in named.items() if keyid in pinned}

    def _stream(
        self,
        checkpoint: Checkpoint,
        keys: Mapping[str, bytes],
        conduct: Conduct,
        workers: int | None,
    ) -> None:
        home = getattr(self._source, "home", None)
        truth = Truth(home, self._report, conduct.erasures) if home is not None else None
        tree, signed = TileTree(), 0
        self._check_older(tree)
        try:
            for job, checked in self._checked(checkpoint.size, keys, workers):
                self._take_hashes(tree, checked)
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
        self._finish(checkpoint, tree, conduct, truth, signed)

    def _finish(
        self,
        checkpoint: Checkpoint,
        tree: TileTree,
        conduct: Conduct,
        truth: Truth | None,
        signed: int,
    ) -> None:
        self._check_partials(tree, checkpoint)
        conduct.actions.finish()
        conduct.custody.finish(self._kept)
        self._check_plans(conduct)
        report, counts = self._report, self._report.counts
        report.say(TREE, f"{tree.size} entries lead to the signed root, without a gap")
        report.say(SIGNATURES, f"{signed} records, each signed by a key that counted there")
        report.say(ORDER, "the genesis is first, times never decrease")
        report.say(RELEASES, f"{counts['plan-release']}, each signed by a holder of the role")
        report.say(COMMANDS, f"{conduct.commands} commands, each signed by a person of the plan")
        report.say(APPROVALS, f"{conduct.actions.approved} released, each with its verdicts")
        report.say(IN_FORCE, "nothing allowed under a stop or another plan")
        unknown = conduct.actions.unknown
        self._stamps.finish()
        report.say(EFFECTS, f"{counts['effect']}, each with its allow; {unknown} unknown")
        if not report.failed[TREE]:
            report.say(COMPLETE, f"every index from 0 to {checkpoint.size - 1}")
        else:
            report.skip(COMPLETE, "the entries do not lead to the signed root")
        report.skip(DISCLOSED, "a log discloses no values")
        self._finish_truth(truth)
        published = "a published log holds no payloads to look at"
        conduct.erasures.finish(None if truth is not None else published)

    def _finish_truth(self, truth: Truth | None) -> None:
        if truth is None:
            self._report.skip(TRUTH, "a published log holds no segments and no payloads")
            return
        try:
            rest = truth.finish()
        except LedgerError as error:
            self._report.fail(TRUTH, error.message)
            return
        self._report.say(
            TRUTH,
            f"segments hold what was published; {truth.values} values in {truth.payloads} "
            f"payloads match their digests; {rest} records not yet under a checkpoint",
        )

    def _skip_all(self, why: str) -> None:
        people = (RELEASES, COMMANDS, APPROVALS, IN_FORCE, EFFECTS)
        for step in (SIGNATURES, *people, PLANS, TRUTH, ERASURES, COMPLETE, DISCLOSED):
            self._report.skip(step, why)
        for step in (OVER_TIME, ADOPTIONS):
            self._report.skip(step, why)

    def _take_hashes(self, tree: TileTree, checked: Checked) -> None:
        hashes = checked.hashes
        for at in range(0, len(hashes), 32):
            for level, number, tile in tree.append(hashes[at : at + 32]):
                self._check_tile(level, number, tile)
            if tree.size in self._before:
                self._check_older(tree)
            if tree.size in self._stamps.roots:
                self._stamps.root(tree.size, tree.root())

    def _check_older(self, tree: TileTree) -> None:
        if self._before.pop(tree.size, set()) - {tree.root()}:
            what = f"the first {tree.size} records are not those of an older checkpoint"
            self._report.fail(OLDER, what)

    def _check_tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        try:
            published = read_tile(self._source, level, number, len(hashes))
        except TileInvalid as error:
            self._report.fail(TREE, error.message)
            return
        if published != b"".join(hashes):
            self._report.fail(TREE, f"tile {level}/{number} is not that of the entries")

    def _check_partials(self, tree: TileTree, checkpoint: Checkpoint) -> None:
        if tree.size != checkpoint.size:
            self._report.fail(TREE, f"{tree.size} of {checkpoint.size} entries could be read")
            return
        if tree.root() != checkpoint.root:
            self._report.fail(TREE, "the entries do not lead to the root of the checkpoint")
        for level, number, hashes in tree.partials():
            self._check_tile(level, number, hashes)

    def _check_plans(self, conduct: Conduct) -> None:
        missing = 0
        for index, release in conduct.plans:
            raw = self._source.read(f"plans/{release.plan}.json")
            if raw is None:
                missing += 1
            elif sha256_hex(raw) != release.plan:
                self._report.fail(PLANS, "the published plan is not the released one", index)
            elif not same_authority(raw, release):
                problem = "the release names other people or roles than the plan that was signed"
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
        """Yield every bundle, checked, in order; a few are in flight at a time.

        `keys` grows while what was yielded before is taken up.
        """
        count = workers or cpu_count()
        if count < 2 or size < POOL_FROM * 256:
            for job in self._jobs(size, keys):
                yield job, check_entries(job)
            return
        with _pool(count) as pool:
            for job, checked in _in_order(pool, self._jobs(size, keys), count * 3):
                yield job, _checked_again(job, checked, keys)

    def _jobs(self, size: int, keys: Mapping[str, bytes], /) -> Iterator[Job]:
        for number, width in bundles_of(size):
            entries = tuple(read_bundle(self._source, number, width))
            yield Job(number * 256, entries, dict(keys))


def _checked_again(job: Job, checked: Checked, keys: Mapping[str, bytes]) -> Checked:
    """Return what was found, looked at again if a key came up while it was being checked."""
    if checked.strangers and job.keys != keys:
        return check_entries(Job(job.first, job.entries, dict(keys)))
    return checked


def _in_order(pool: Executor, jobs: Iterable[Job], in_flight: int) -> Iterator[tuple[Job, Checked]]:
    waiting: deque[tuple[Job, Future[Checked]]] = deque()
    for job in jobs:
        waiting.append((job, pool.submit(check_entries, job)))
        if len(waiting) >= in_flight:
            done, future = waiting.popleft()
            yield done, future.result()
    for done, future in waiting:
        yield done, future.result()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    # Forking is quicker, but not safe in a process that has threads.
    kind = "fork" if threading.active_count() == 1 else "spawn"
    pool = ProcessPoolExecutor(workers, mp_context=get_context(kind))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
