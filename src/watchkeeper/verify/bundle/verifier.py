"""Verifying a bundle, in the numbered steps of a log; what is other says so."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.errors import BundleInvalid, KeyUnsafe, cut
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.ledger.merkle import Frontier
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.verify.bundle.completeness import Completeness
from watchkeeper.verify.bundle.conduct import PartialConduct
from watchkeeper.verify.bundle.disclosures import Disclosures
from watchkeeper.verify.bundle.file import Batch, BundleFile, open_bundle
from watchkeeper.verify.bundle.proofs import Proofs
from watchkeeper.verify.conduct import Conduct
from watchkeeper.verify.entries import Checked, Job
from watchkeeper.verify.log.verifier import (
    EFFECTS,
    IN_FORCE,
    KEYS,
    OLDER,
    ORDER,
    PLANS,
    SIGNATURES,
    TREE,
    TRUTH,
    Brought,
    Progress,
    Verifier,
    elsewhere,
)
from watchkeeper.verify.pem import public_keys
from watchkeeper.verify.report import Verification
from watchkeeper.verify.timestamps import Stamps

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def verify_bundle(  # noqa: PLR0913 - what an auditor may bring
    path: Path,
    *,
    vkey: str | None = None,
    record_keys: Sequence[bytes] | None = None,
    older: Sequence[bytes] = (),
    policy: bytes | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tsa_roots: Sequence[Certificate] = (),
) -> Verification:
    """Verify a bundle, offline; the arguments are those of `verify_log`.

    Raises:
        BundleInvalid: not a whole bundle in its one spelling.
        NoteInvalid: there is no checkpoint, or `vkey` or one of `older` can not be parsed.
        OSError: the file can not be read.
    """
    with open_bundle(path) as bundle:
        brought = Brought(vkey, record_keys, tuple(older), policy, workers, tuple(tsa_roots))
        found = BundleVerifier(bundle, progress).run(brought)
        return replace(found, held=bundle.count)


class BundleVerifier(Verifier):
    """One run over a bundle."""

    def __init__(self, bundle: BundleFile, progress: Progress | None) -> None:
        super().__init__(bundle, progress)
        self._bundle = bundle
        self._waiting: deque[Batch] = deque()
        self._own_keys = True

    def _checkpoint(self, raw: bytes, key: VerifierKey) -> Checkpoint:
        checkpoint = super()._checkpoint(raw, key)
        manifest = self._bundle.manifest
        if (manifest.origin, manifest.size) != (checkpoint.origin, checkpoint.size):
            raise BundleInvalid("its manifest is of another log, or of another size")
        return checkpoint

    def _first(self, checkpoint: Checkpoint) -> bytes | None:
        del checkpoint
        first = next(self._bundle.batches(), None)
        if first is None or first.first != 0:
            self._report.fail(ORDER, "the genesis, on which all else rests, is not in the bundle")
            self._report.skip(TREE, "there is no genesis")
            return None
        return first.entries[0]

    def _record_keys(
        self, genesis: GenesisRecord, given: Sequence[bytes] | None, key: VerifierKey
    ) -> Mapping[str, bytes]:
        self._own_keys = given is None
        return super()._record_keys(genesis, given, key)

    def _check_pem(self, keys: Mapping[str, bytes]) -> None:
        """Hold the keys in the file against those that the records name, once all are known."""
        try:
            beside = public_keys(self._bundle.read("records.pem") or b"")
        except KeyUnsafe as error:
            self._report.fail(KEYS, f"`records.pem`: {error.message}")
            return
        if self._own_keys and set(beside) != set(keys.values()):
            self._report.fail(KEYS, "`records.pem` holds other keys than the log names")

    def _check_plans(self, conduct: Conduct) -> None:
        super()._check_plans(conduct)
        released = {f"plans/{release.plan}.json" for _, release in conduct.plans}
        for name in self._bundle.names("plans"):
            if name not in released:
                self._report.fail(PLANS, f"no release in the bundle names {cut(name)}")

    def _conduct(self, genesis: GenesisRecord) -> Conduct:
        return PartialConduct(self._report, genesis, self._bundle.holds, self._plan_of)

    def _read_stamps(
        self, checkpoint: Checkpoint, key: VerifierKey, roots: Sequence[Certificate]
    ) -> Stamps:
        stamps, bundle = Stamps(self._report, key, roots), self._bundle
        found = {name.removeprefix("timestamps/"): name for name in bundle.names("timestamps")}
        responses = {short: bundle.read(name) or b"" for short, name in found.items()}
        stamps.read_bundle(responses, bundle.read("checkpoint") or b"", checkpoint.size)
        return stamps

    def _stream(
        self,
        checkpoint: Checkpoint,
        keys: Mapping[str, bytes],
        conduct: Conduct,
        workers: int | None,
    ) -> None:
        bundle, report = self._bundle, self._report
        proofs = Proofs(bundle, checkpoint, report)
        complete, disclosed = Completeness(bundle, report), Disclosures(bundle, report)
        tree, signed, done = Frontier(), 0, 0
        for job, checked in self._checked(bundle.count, keys, workers):
            batch = self._waiting.popleft()
            proofs.take(batch, checked.hashes)
            self._grow(tree, batch, checked)
            for index, problem in checked.problems:
                report.fail(SIGNATURES, problem, index)
            for fact in checked.facts:
                conduct.take(fact)
                self._stamps.record(fact.index, fact.at)
            complete.take(batch)
            disclosed.take(batch)
            signed += len(checked.facts)
            done += len(job.entries)
            self._progress(done, bundle.count)
        self._check_pem(keys)
        self._check_last_older(checkpoint)
        self._finish(conduct)
        complete.finish()
        disclosed.finish()
        self._say(conduct, bundle.count, signed)

    def _jobs(self, _: int, keys: Mapping[str, bytes], /) -> Iterator[Job]:
        for batch in self._bundle.batches():
            self._waiting.append(batch)
            yield Job(batch.first, batch.entries, dict(keys))

    def _grow(self, tree: Frontier, batch: Batch, checked: Checked) -> None:
        """Follow the tree as far as there is no gap, for older checkpoints."""
        if not self._before or batch.first != tree.size:
            return
        for at in range(0, len(checked.hashes), 32):
            tree.append(checked.hashes[at : at + 32])
            if self._before.get(tree.size, set()) - {tree.root()}:
                what = f"the first {tree.size} records are not those of an older checkpoint"
                self._report.fail(OLDER, what)
            self._before.pop(tree.size, None)

    def _check_last_older(self, checkpoint: Checkpoint) -> None:
        same = self._before.pop(checkpoint.size, set()) - {checkpoint.root}
        if same:
            self._report.fail(OLDER, "two checkpoints of one size, with other roots")
        self._before.pop(0, None)
        if self._before:
            what = f"{len(self._before)} can only be held against the log, or a bundle of all of it"
            self._report.skip(OLDER, what)

    def _say(self, conduct: Conduct, size: int, signed: int) -> None:
        report, counts, actions = self._report, self._report.counts, conduct.actions
        report.say(TREE, f"{size} entries, each proved to be in the log at its index")
        self._say_people(conduct, signed)
        ended = f"{counts['effect']}, each with its allow; {actions.unknown} allowed without one"
        report.say(EFFECTS, f"{ended} in the bundle{elsewhere(conduct)}")
        if self._bundle.whole:
            report.say(IN_FORCE, "nothing allowed under a stop or another plan")
        else:
            report.skip(
                IN_FORCE,
                "each was decided by the last plan in the bundle; stops, releases and effects "
                "in the gaps can not be seen",
            )
        conduct.erasures.finish(
            "a bundle holds the payloads that step 22 looked at; whether a later shard erased "
            "others can not be seen in it"
        )
        report.skip(TRUTH, "a bundle holds no segments")
