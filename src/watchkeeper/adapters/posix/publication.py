"""The published log: tiles, entry bundles, plans and checkpoints, derived from synced records.

Everything here can be rebuilt from the segments, except the newest checkpoint that was signed: it
is made durable before it is published, so that no later one can contradict it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import LogInconsistent, NoteInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, parse_json_unverified, sha256_hex
from watchkeeper.ledger.checkpoint import Checkpoint, log_key, open_checkpoint, sign_checkpoint
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.frame import Frame
from watchkeeper.ledger.key_list import render_key_list
from watchkeeper.ledger.merkle import HASH_BYTES, leaf_hash
from watchkeeper.ledger.tiles import (
    WIDTH,
    TileTree,
    bundle_path,
    render_bundle,
    tile_path,
    tiles_of,
)
from watchkeeper.ports import Signer
from watchkeeper.records.custody import KeyTerm
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record

WITNESSED = "checkpoint.witnessed"
POLICY = "witness.policy"
_BUNDLE_MARK = b'"bundle":'


class Publication:
    """Grows the published log record by record, and signs what it published.

    With `writing` false nothing is written: files that are missing or other than they should be
    are counted in `stale`.
    """

    def __init__(
        self, files: Files, layout: Layout, origin: str, signer: Signer, *, writing: bool
    ) -> None:
        self.writing = writing
        self.stale = 0
        self.tree = TileTree()
        self.published = 0
        self.checkpoint = b""
        self._files, self._layout, self._origin, self._signer = files, layout, origin, signer
        self._entries: list[bytes] = []
        self._pending: dict[Path, bytes] = {}
        self._outdated: list[Path] = []

    def resume(self, tree: TileTree, entries: Iterable[bytes]) -> None:
        """Go on from a tree; `entries` are those of the bundle that it does not fill."""
        self.tree, self._entries = tree, list(entries)

    def beside(self) -> Publication:
        """Return an empty one of the same log, which writes what is missing or other."""
        return Publication(self._files, self._layout, self._origin, self._signer, writing=True)

    def whole(self) -> bool:
        """Tell whether every full tile and bundle before the tree's size is there.

        What they hold is not read.
        """
        return all(self._is_there(*tile) for tile in tiles_of(self.tree.size // WIDTH * WIDTH))

    def _is_there(self, level: int, number: int, width: int) -> bool:
        if width < WIDTH:
            return True
        log = self._layout.log
        try:
            return (log / tile_path(level, number)).stat().st_size == WIDTH * HASH_BYTES and (
                level > 0 or (log / bundle_path(number)).stat().st_size > 0
            )
        except FileNotFoundError:
            return False

    @property
    def size(self) -> int:
        """How many records were taken up, published or not."""
        return self.tree.size

    def add(self, frame: Frame) -> None:
        """Take up the next record; files that this made complete are written by `flush`."""
        if frame.payload and _BUNDLE_MARK in frame.payload:
            self._add_plan(frame)
        self._entries.append(frame.envelope)
        full = self.tree.append(leaf_hash(frame.envelope))
        if not full:
            return
        for level, number, hashes in full:
            self._want(tile_path(level, number), b"".join(hashes))
            self._outdate(tile_path(level, number))
        self._want_bundle(self.tree.size // WIDTH - 1, WIDTH)
        self._outdate(bundle_path(self.tree.size // WIDTH - 1))
        self._entries = []

    def flush(self) -> None:
        """Write the files that are complete, durably; what fails is tried again next time."""
        folders = set()
        for path in list(self._pending):
            self._files.make_folder(path.parent)
            self._files.replace(path, self._pending[path], folder=False)
            folders.add(path.parent)
        for folder in sorted(folders):
            self._files.sync_folder(folder)
        self._pending.clear()
        while self._outdated:
            shutil.rmtree(self._outdated.pop(), ignore_errors=True)

    def commit(self) -> None:
        """Publish everything taken up: partial tiles first, then a checkpoint over them."""
        for level, number, hashes in self.tree.partials():
            self._want(tile_path(level, number, len(hashes)), b"".join(hashes))
        if self._entries:
            self._want_bundle(self.tree.size // WIDTH, len(self._entries))
        self.flush()
        checkpoint = Checkpoint(self._origin, self.tree.size, self.tree.root())
        raw = sign_checkpoint(checkpoint, self._signer)
        for path in (self._layout.newest, self._layout.log / "checkpoint"):
            # One that has cosignatures already keeps them.
            if not (_read(path) or b"").startswith(raw):
                self._files.replace(path, raw)
        self.checkpoint, self.published = raw, self.tree.size

    def cosign(self, raw: bytes, *, quorum: bool) -> None:
        """Publish a checkpoint of ours with its cosignatures.

        The newest one replaces `checkpoint`; one that has the quorum is kept as
        `checkpoint.witnessed` as well, until another one has.
        """
        if quorum:
            self._files.replace(self._layout.log / WITNESSED, raw)
        if raw.startswith(self.checkpoint):
            self._files.replace(self._layout.log / "checkpoint", raw)

    def publish_policy(self, raw: bytes) -> None:
        """Publish the home's witness policy, as a claim."""
        path = self._layout.log / POLICY
        if _read(path) != raw:
            self._files.replace(path, raw)

    def publish_keys(self, terms: Sequence[KeyTerm]) -> None:
        """Publish the keys that verify this log, each under a line that says where it counts."""
        pem = render_key_list(terms)
        vkey = f"{log_key(self._origin, self._signer.public_key)}\n"
        log = self._layout.log
        for path, text in ((log / "records.pem", pem), (log / "log.vkey", vkey)):
            if _read(path) != text.encode():
                self._files.replace(path, text.encode())

    def _add_plan(self, frame: Frame) -> None:
        """Publish the plan of a release under its digest, if it is what the record says."""
        if b'"bundle":' not in frame.payload:  # cheaper than parsing every record
            return
        record = read_record_unverified(frame.envelope)
        plan = plan_of(record)
        if plan is None:
            return
        try:
            bundle = canonical_arguments(parse_json_unverified(frame.payload)["bundle"])
        except (RecordInvalid, KeyError, TypeError):
            return
        if sha256_hex(bundle) == plan:
            self._want(f"plans/{plan}.json", bundle)

    def _want_bundle(self, number: int, width: int) -> None:
        path = self._layout.log / bundle_path(number, width)
        length = sum(len(entry) + 2 for entry in self._entries)
        if self.writing:
            self._want(bundle_path(number, width), render_bundle(self._entries))
        elif not path.is_file() or path.stat().st_size != length:
            self.stale += 1

    def _want(self, where: str, data: bytes) -> None:
        path = self._layout.log / where
        if _read(path) == data:
            return
        if self.writing:
            self._pending[path] = data
        else:
            self.stale += 1

    def _outdate(self, where: str) -> None:
        """Remove the partial versions of a file that is complete now."""
        partial = (self._layout.log / where).with_name(Path(where).name + ".p")
        if self.writing and partial.is_dir():
            self._outdated.append(partial)


def plan_of(record: Record) -> str | None:
    """Return the digest of the plan that a record puts into force, or None.

    A release does, and the first record of a shard that goes on from another.
    """
    said = record.predicate
    if record.kind is Kind.PLAN_RELEASE:
        return str(said.plan)
    if record.kind is Kind.GENESIS and said.carried is not None:
        found: str | None = said.carried.plan
        return found
    return None


def signed_checkpoints(layout: Layout, origin: str, public: bytes) -> dict[int, bytes]:
    """Return the roots that this home signed and still knows of, by size.

    Raises:
        LogInconsistent: a checkpoint file that our own log key did not sign.
    """
    found: dict[int, bytes] = {}
    for path in (layout.newest, layout.log / "checkpoint"):
        raw = _read(path)
        if raw is not None:
            checkpoint = _own_checkpoint(raw, origin, public, path)
            if found.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
                raise LogInconsistent(f"two checkpoints of size {checkpoint.size} with other roots")
    return found


def _read(path: Path) -> bytes | None:
    """Return a file's bytes, or None if there is none; any other failure is one."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _own_checkpoint(raw: bytes, origin: str, public: bytes, path: Path) -> Checkpoint:
    try:
        return open_checkpoint(raw, log_key(origin, public))
    except NoteInvalid as error:
        raise LogInconsistent(
            f"{cut(path.name)} is not a checkpoint of this log: {error.message}"
        ) from None


class Extension:
    """Checks, record by record, that the truth extends every checkpoint that was signed."""

    def __init__(self, signed: Mapping[int, bytes]) -> None:
        self._open = dict(signed)

    def check(self, tree: TileTree) -> None:
        """Compare the tree's root with the checkpoint of its size, if there is one.

        Raises:
            LogInconsistent: another root.
        """
        expected = self._open.pop(tree.size, None)
        if expected is not None and tree.root() != expected:
            raise LogInconsistent(
                f"the first {tree.size} records are not those of the checkpoint that was signed"
            )

    def finish(self, size: int) -> None:
        """Refuse a truth that is shorter than a checkpoint.

        Raises:
            LogInconsistent: records are missing.
        """
        self._open.pop(0, None)
        if self._open:
            raise LogInconsistent(
                f"{size} records, where a checkpoint over {max(self._open)} was signed"
            )


def catch_up(publication: Publication, frames: Iterable[Frame]) -> None:
    """Take up records, writing what becomes complete; memory stays flat."""
    for frame in frames:
        publication.add(frame)
        if publication.size % WIDTH == 0:
            publication.flush()
