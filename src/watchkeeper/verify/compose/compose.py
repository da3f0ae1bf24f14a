"""Composing a bundle: choose, add what that rests on, prove, disclose, pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from watchkeeper.errors import NoteInvalid, ProofInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.merkle import NodeAt, inclusion_proof, leaf_hash, verify_inclusion
from watchkeeper.ledger.proof import TlogProof, render_proof
from watchkeeper.ledger.tiles import WIDTH, nodes_from_tiles, render_bundle
from watchkeeper.records.instant import Instant
from watchkeeper.verify.bundle.manifest import (
    FORMAT,
    Manifest,
    Run,
    Selection,
    indexes_of,
    range_names,
    record_names,
    render_manifest,
    runs_of,
)
from watchkeeper.verify.bundle.range_proof import (
    RangeRoot,
    range_proof,
    render_range_proof,
)
from watchkeeper.verify.compose.choose import Choice, choose
from watchkeeper.verify.compose.closure import closed
from watchkeeper.verify.compose.disclose import Disclosing, disclosed_members
from watchkeeper.verify.compose.pack import Pack
from watchkeeper.verify.compose.releases import released_in
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.source import Source, tile_reader
from watchkeeper.verify.timestamps import newest_stamped, stamps_over
from watchkeeper.verify.witnesses import POLICY

RANGE_FROM = 32
"""From so many records in a run on, one proof for all of them; below, each has its own, which
any tool for C2SP proofs can check."""
_NODES = 1 << 16
Payloads = Callable[[Sequence[Run]], Iterator[tuple[int, bytes]]]
"""Yields the payloads that a home holds of the records in these runs, with their indexes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a bundle is to hold beside the records and their proofs.

    `disclose` are names of single values, `whole` asks for whole payloads of the chosen records.
    `newest` takes the newest checkpoint though witnesses have not cosigned it yet, `stamped` the
    newest that was time stamped.
    """

    selection: Selection = field(default_factory=Selection)
    plans: bool = True
    whole: bool = False
    disclose: tuple[str, ...] = ()
    newest: bool = False
    stamped: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of it: how many records, in how many runs, with how many disclosed members.

    `size` is how many records its checkpoint covers, `behind` how many the log has beyond that;
    `erased` counts the payloads that could not be disclosed since a later shard erased them, by
    the number of that shard.
    """

    records: int
    runs: int
    plans: int
    disclosed: int
    size: int
    behind: int
    erased: Mapping[int, int] = field(default_factory=dict)


def compose(  # noqa: PLR0913 - each is another part of the world
    source: Source,
    wish: Wish,
    payloads: Payloads | None,
    *,
    made: Instant,
    aside: BinaryIO,
    out: BinaryIO,
    progress: Callable[[int, int], None],
) -> Composed:
    """Write a bundle to `out`; `aside` is an empty file for what has to wait.

    What is written is led to the root of the checkpoint first; its signature is not looked at.

    Raises:
        LedgerError: nothing was chosen, or the log does not hold together.
    """
    if wish.stamped:
        source = newest_stamped(source)
    shelf = Shelf(source, newest=wish.newest or wish.stamped)
    choice = choose(shelf, wish.selection, progress)
    pack = Pack(aside)
    return _Composer(shelf, wish, payloads, choice, pack, progress).run(made, out)


@dataclass(slots=True)
class _Composer:
    """One bundle being made; each method adds the members of one folder, in their order."""

    shelf: Shelf
    wish: Wish
    payloads: Payloads | None
    choice: Choice
    pack: Pack
    progress: Callable[[int, int], None]
    later: Counter[int] = field(default_factory=Counter)

    def run(self, made: Instant, out: BinaryIO) -> Composed:
        shelf, choice = self.shelf, self.choice
        runs = self._runs()
        self._heads()
        plans = self._plans(runs) if self.wish.plans else 0
        self._records([run for run in runs if not _is_range(run)])
        self._ranges([run for run in runs if _is_range(run)])
        disclosed = self._disclosed(runs)
        manifest = Manifest(
            format=FORMAT,
            made=made,
            origin=shelf.origin,
            size=shelf.size,
            checkpoint=sha256_hex(shelf.note),
            files=self.pack.files,
            runs=tuple(runs),
            selection=self.wish.selection,
            chosen=None if choice.runs is None else tuple(indexes_of(choice.runs)),
            neighbours=choice.neighbours,
        )
        self.pack.write(out, render_manifest(manifest))
        records = sum(end - first for first, end in runs)
        later = dict(sorted(self.later.items()))
        return Composed(records, len(runs), plans, disclosed, shelf.size, shelf.behind, later)

    def _runs(self) -> list[Run]:
        choice, size = self.choice, self.shelf.size
        if choice.runs is None:
            return [(0, size)] if size else []
        bounds = [(index, index + 1) for index in choice.neighbours]
        return closed(self.shelf, [*choice.runs, *bounds, *choice.between])

    def _heads(self) -> None:
        self.pack.add("checkpoint", [self.shelf.note])
        for name in ("log.vkey", "records.pem"):
            raw = self.shelf.source.read(name)
            if raw is None:
                raise NoteInvalid(f"the log has no `{name}`", "is this a published log, or a home?")
            self.pack.add(name, [raw])
        policy = self.shelf.source.read(POLICY)
        if policy is not None:
            self.pack.add("policy", [policy])
        for name, stamp in sorted(stamps_over(self.shelf.source, self.shelf.note).items()):
            self.pack.add(f"timestamps/{name}", [stamp])

    def _plans(self, runs: list[Run]) -> int:
        found = {}
        for digest in self._digests(runs):
            raw = self.shelf.source.read(f"plans/{digest}.json")
            if raw is not None and sha256_hex(raw) == digest:
                found[digest] = raw
        for digest, raw in sorted(found.items()):
            self.pack.add(f"plans/{digest}.json", [raw])
        return len(found)

    def _digests(self, runs: list[Run]) -> set[str]:
        carried = self.shelf.glance(0).plan if runs else None
        released = {plan for run in runs for plan in released_in(self.shelf, run)}
        return released | ({carried} if carried else set())

    def _nodes(self) -> NodeAt:
        """Return a look-up of the log's nodes that remembers: proofs share most of theirs."""
        look_up = nodes_from_tiles(self.shelf.size, tile_reader(self.shelf.source))
        return lru_cache(_NODES)(look_up)

    def _records(self, runs: list[Run]) -> None:
        node_at = self._nodes()
        for index in indexes_of(runs):
            hashes = inclusion_proof(index, self.shelf.size, node_at)
            leaf = leaf_hash(self.shelf.entry(index))
            verify_inclusion(index, self.shelf.size, leaf, hashes, self.shelf.checkpoint.root)
            proof = TlogProof(index, tuple(hashes), self.shelf.note)
            envelope, tlog_proof = record_names(index)
            self.pack.add(envelope, [self.shelf.entry(index)])
            self.pack.add(tlog_proof, [render_proof(proof)])

    def _ranges(self, runs: list[Run]) -> None:
        node_at = self._nodes()
        total, done = sum(end - first for first, end in runs), 0
        for run in runs:
            entries, name = range_names(run)
            proof = range_proof(*run, self.shelf.size, node_at)
            root = RangeRoot(proof)
            self.pack.add(entries, self._entries(run, root, done, total))
            if root.root() != self.shelf.checkpoint.root:
                raise ProofInvalid(f"records {run[0]} to {run[1] - 1} are not those of the log")
            self.pack.add(name, [render_range_proof(proof)])
            done += run[1] - run[0]

    def _entries(self, run: Run, root: RangeRoot, done: int, total: int) -> Iterator[bytes]:
        """Yield the entries of a run as they are written, and lead `root` over them."""
        for number in range(run[0] // WIDTH, -(-run[1] // WIDTH)):
            first = number * WIDTH
            part = self.shelf.shelf(number)[max(0, run[0] - first) : run[1] - first]
            for entry in part:
                root.add(leaf_hash(entry))
            self.progress(done + max(0, first - run[0]), total)
            yield render_bundle(part)

    def _disclosed(self, runs: list[Run]) -> int:
        wish, payloads = self.wish, self.payloads
        if payloads is None or not (wish.whole or wish.disclose):
            return 0
        chosen = runs if self.choice.runs is None else runs_of(self.choice.runs)
        disclosing = Disclosing(wish.whole, wish.disclose)
        count = 0
        for name, raw in disclosed_members(disclosing, self.shelf, payloads(chosen), self.later):
            self.pack.add(name, [raw])
            count += 1
        return count


def _is_range(run: Run) -> bool:
    return run[1] - run[0] >= RANGE_FROM
