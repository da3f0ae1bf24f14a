"""Step 3 for a bundle: every record is in the log, at its index, under the checkpoint."""

from __future__ import annotations

from watchkeeper.errors import LedgerError, ProofInvalid
from watchkeeper.ledger.checkpoint import Checkpoint
from watchkeeper.ledger.merkle import verify_inclusion
from watchkeeper.ledger.proof import parse_proof
from watchkeeper.verify.bundle.file import Batch, BundleFile
from watchkeeper.verify.bundle.manifest import Run, range_names, record_names
from watchkeeper.verify.bundle.range_proof import RangeRoot, parse_range_proof
from watchkeeper.verify.report import Report

TREE = 3


class Proofs:
    """Takes the leaf hashes of a bundle in order and holds them against its proofs."""

    def __init__(self, bundle: BundleFile, checkpoint: Checkpoint, report: Report) -> None:
        self._bundle, self._checkpoint, self._report = bundle, checkpoint, report
        self._note = bundle.read("checkpoint")
        self._run: Run | None = None
        self._tree: RangeRoot | None = None

    def take(self, batch: Batch, hashes: bytes) -> None:
        """Take the next batch with its leaf hashes, 32 bytes each."""
        leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        if batch.run is None:
            for index, leaf in enumerate(leaves, batch.first):
                self._single(index, leaf)
            return
        if batch.run != self._run:
            self._begin(batch.run)
        if self._tree is not None:
            for leaf in leaves:
                self._tree.add(leaf)
        if batch.first + len(leaves) == batch.run[1]:
            self._end(batch.run)

    def _single(self, index: int, leaf: bytes) -> None:
        try:
            proof = parse_proof(self._bundle.read(record_names(index)[1]) or b"")
            if proof.index != index:
                raise ProofInvalid(f"the proof of record {proof.index}")
            if proof.checkpoint != self._note:
                raise ProofInvalid("a proof under another checkpoint")
            if proof.extra is not None:
                raise ProofInvalid("a proof with extra data")
            size, root = self._checkpoint.size, self._checkpoint.root
            verify_inclusion(index, size, leaf, proof.hashes, root)
        except LedgerError as error:
            self._report.fail(TREE, error.message, index)

    def _begin(self, run: Run) -> None:
        self._run, self._tree = run, None
        try:
            proof = parse_range_proof(self._bundle.read(range_names(run)[1]) or b"")
            if (proof.first, proof.end) != run or proof.size != self._checkpoint.size:
                raise ProofInvalid("the proof of another run, or under another checkpoint")
            self._tree = RangeRoot(proof)
        except LedgerError as error:
            self._report.fail(TREE, error.message, run[0])

    def _end(self, run: Run) -> None:
        if self._tree is None:
            return
        try:
            if self._tree.root() != self._checkpoint.root:
                raise ProofInvalid("the run does not lead to the root of the checkpoint")
        except LedgerError as error:
            self._report.fail(TREE, error.message, run[0])
