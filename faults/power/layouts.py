"""The states that a disk may be in when the power goes, as a journal allows them.

What was synced is there. Of what was not, anything may be missing: here each operation singly, or
all of them, or a write torn at half, at a sector, at a page, or with its length but not its bytes.
A name is durable once its folder was synced; that its file was synced is not enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faults.power.journal import (
    Create,
    Journal,
    Mkdir,
    Operation,
    Promise,
    Remove,
    Rename,
    Sync,
    SyncFolder,
    Truncate,
    Write,
)

_SECTOR, _PAGE = 512, 4096
_MARK = "place"


@dataclass(frozen=True, slots=True)
class Layout:
    """One state of a disk: files and folders by path; what was promised; how it came about.

    `records` are acknowledged, `seen` are checkpoints that somebody may have, `gone` is erased.
    """

    files: dict[str, bytes]
    folders: frozenset[str]
    records: int
    seen: tuple[bytes, ...]
    gone: tuple[bytes, ...]
    story: str

    def write(self, place: Path) -> None:
        """Lay it out at `place`, which is not there yet.

        The mark of where the home stood is left out: what stands elsewhere is refused as a copy.
        """
        place.mkdir(mode=0o700)
        for folder in sorted(self.folders):
            (place / folder).mkdir(mode=0o700)
        for name, data in self.files.items():
            if name == _MARK:
                continue
            path = place / name
            path.touch(0o600)
            path.write_bytes(data)


def layouts(journal: Journal) -> Iterator[Layout]:
    """Yield every state that the power may leave, each once."""
    known = set()
    for end in range(len(journal.operations) + 1):
        done = journal.operations[:end]
        for story, operations in _survived(done):
            layout = _applied(journal, operations, done, f"{end} operations, {story}")
            digest = _digest(layout)
            if digest not in known:
                known.add(digest)
                yield layout


def _survived(done: Sequence[Operation]) -> Iterator[tuple[str, list[Operation]]]:
    """Yield what may be left of some operations, and in words what is missing."""
    yield "all of them on the disk", list(done)
    open_ = _unsynced(done)
    if open_:
        yield "nothing unsynced", [o for n, o in enumerate(done) if n not in open_]
    for number in open_:
        before, operation, after = done[:number], done[number], done[number + 1 :]
        name = type(operation).__name__.lower()
        yield f"without the {name} at {number}", [*before, *after]
        if isinstance(operation, Write):
            for how, torn in _torn(operation):
                yield f"the write at {number} {how}", [*before, *torn, *after]


def _torn(write: Write) -> Iterator[tuple[str, list[Operation]]]:
    length = len(write.data)
    for how, kept in (("half", length // 2), ("to a sector", _cut(write, _SECTOR)),
                      ("to a page", _cut(write, _PAGE))):  # fmt: skip
        if 0 < kept < length:
            yield how, [replace(write, data=write.data[:kept])]
    yield "as zeros", [replace(write, data=bytes(length))]
    if length > _SECTOR:
        late = bytes(_SECTOR) + write.data[_SECTOR:]
        yield "without its first sector", [replace(write, data=late)]


def _cut(write: Write, size: int) -> int:
    """Return how much of a write lies before the last boundary inside it."""
    return (write.offset + len(write.data) - 1) // size * size - write.offset


def _unsynced(done: Sequence[Operation]) -> list[int]:
    """Return the operations that no sync made durable."""
    found = []
    synced_files: set[int] = set()
    synced_folders: set[str] = set()
    for number in reversed(range(len(done))):
        match done[number]:
            case Sync(file):
                synced_files.add(file)
            case SyncFolder(path):
                synced_folders.add(path)
            case Write(file) | Truncate(file):
                if file not in synced_files:
                    found.append(number)
            case Create(path) | Mkdir(path) | Remove(path) | Rename(_, path):
                if str(Path(path).parent) not in synced_folders:
                    found.append(number)
            case Promise():
                pass
    return found[::-1]


def _applied(
    journal: Journal, operations: Sequence[Operation], done: Sequence[Operation], story: str
) -> Layout:
    disk = _Disk(journal)
    for operation in operations:
        disk.apply(operation)
    promises = [o for o in done if isinstance(o, Promise)]
    records = max((promise.records for promise in promises), default=0)
    seen = tuple(dict.fromkeys(p.seen for p in promises if p.seen is not None))
    gone = tuple(value for promise in promises for value in promise.gone)
    return Layout(disk.files(), frozenset(disk.folders), records, seen, gone, story)


class _Disk:
    """Names and contents, as operations change them; what has lost its ground is left out."""

    def __init__(self, journal: Journal) -> None:
        self.folders = set(journal.folders_before)
        self._names = {path: number for number, path in enumerate(journal.before)}
        self._contents = {n: bytearray(data) for n, data in enumerate(journal.before.values())}

    def apply(self, operation: Operation) -> None:  # noqa: C901 - one case for each
        match operation:
            case Create(path, file):
                self._contents.setdefault(file, bytearray())
                if self._has_folder(path):
                    self._names[path] = file
            case Mkdir(path):
                if self._has_folder(path):
                    self.folders.add(path)
            case Rename(old, new):
                if old in self._names:
                    self._names[new] = self._names.pop(old)
            case Remove(path):
                self._names.pop(path, None)
            case Write(file, offset, data):
                content = self._contents.setdefault(file, bytearray())
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
            case Truncate(file, length):
                del self._contents.setdefault(file, bytearray())[length:]
            case Sync() | SyncFolder() | Promise():
                pass

    def files(self) -> dict[str, bytes]:
        return {path: bytes(self._contents[n]) for path, n in sorted(self._names.items())}

    def _has_folder(self, path: str) -> bool:
        parent = str(Path(path).parent)
        return parent == "." or parent in self.folders


def _digest(layout: Layout) -> bytes:
    found = hashlib.sha256(
        repr((layout.records, layout.seen, layout.gone, sorted(layout.folders))).encode()
    )
    for path, data in layout.files.items():
        found.update(f"{path} {len(data)} ".encode() + hashlib.sha256(data).digest())
    return found.digest()
