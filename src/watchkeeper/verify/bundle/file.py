"""A bundle as it is read: opened, held against its own spelling, and given out piece by piece."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Self

from watchkeeper.errors import BundleInvalid, cut
from watchkeeper.verify.bundle.container import Member, parse_container
from watchkeeper.verify.bundle.manifest import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    Manifest,
    Run,
    check_names,
    covers,
    parse_manifest,
    range_names,
    record_names,
    runs_of,
)

MAX_PART_BYTES = 256 << 20
"""Whatever is read as a whole; entries of a run are not."""
BATCH = 256
POLICY, STAMPS = "witness.policy", "timestamps/index"
"""What a published log calls its policy, and the list of its time stamps."""
_CHUNK = 1 << 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that follow one another. `run` is the range that they are part of, if of one."""

    first: int
    entries: tuple[bytes, ...]
    run: Run | None


class BundleFile:
    """An evidence bundle: a whole one, in its one spelling, with the digests that it claims.

    It is a `Source` of `checkpoint`, keys and plans like a published log. Nothing in it is proved
    yet. `runs` are the maximal runs of records that it holds.
    """

    home: Path | None = None

    def __init__(self, file: BinaryIO, progress: Progress | None = None) -> None:
        self._file = file
        length = file.seek(0, os.SEEK_END)
        members = parse_container(self._read_at, length)
        check_names(member.name for member in members)
        self._members: dict[str, Member] = {member.name: member for member in members}
        self.manifest = self._manifest()
        self._check_digests(progress or (lambda _done, _total: None), length)
        self._parts, self._ranges = _records_of(self._members, self.manifest.size)
        self.runs = runs_of(self._parts)
        self._check_claims()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def count(self) -> int:
        """How many records it holds."""
        return sum(end - first for first, end in self.runs)

    @property
    def whole(self) -> bool:
        """Whether it holds every record that the checkpoint covers."""
        return self.runs == [(0, self.manifest.size)]

    def holds(self, index: int) -> bool:
        """Tell whether a record is in it."""
        return covers(self.runs, index)

    def names(self, folder: str) -> list[str]:
        """Return the names of the members below a folder, in order."""
        return [name for name in self._members if name.startswith(f"{folder}/")]

    def read(self, path: str) -> bytes | None:
        """Return a member's bytes, or None if there is none.

        What a published log has under another name is found under that as well.

        Raises:
            BundleInvalid: larger than anything that is read as a whole.
        """
        if path == STAMPS:
            names = (name[len("timestamps/") : -len(".tsr")] for name in self.names("timestamps"))
            return "".join(f"{name}\n" for name in names).encode() or None
        if path.startswith("timestamps/") and path.endswith(".checkpoint"):
            path = "checkpoint"
        member = self._members.get("policy" if path == POLICY else path)
        if member is None:
            return None
        if member.size > MAX_PART_BYTES:
            raise BundleInvalid(f"a member too large: {cut(path)}")
        return self._read_at(member.start, member.size)

    def batches(self) -> Iterator[Batch]:
        """Yield all records in the order of their indexes.

        Raises:
            BundleInvalid: a run that does not hold as many as its name says.
        """
        waiting: list[int] = []
        for first, end in self._parts:
            single = end == first + 1 and (first, end) not in self._ranges
            if waiting and not (single and first == waiting[-1] + 1 and len(waiting) < BATCH):
                yield self._singles(waiting)
                waiting = []
            if single:
                waiting.append(first)
            else:
                yield from self._range((first, end))
        if waiting:
            yield self._singles(waiting)

    def _singles(self, indexes: list[int]) -> Batch:
        entries = tuple(self.read(record_names(index)[0]) or b"" for index in indexes)
        return Batch(indexes[0], entries, None)

    def _range(self, run: Run) -> Iterator[Batch]:
        member = self._members[range_names(run)[0]]
        index, waiting = run[0], []
        for entry in self._entries(member):
            waiting.append(entry)
            if len(waiting) == BATCH:
                yield Batch(index, tuple(waiting), run)
                index, waiting = index + BATCH, []
        if waiting:
            yield Batch(index, tuple(waiting), run)
        if index + len(waiting) != run[1]:
            raise BundleInvalid(f"not as many entries as its name says: {cut(member.name)}")

    def _entries(self, member: Member) -> Iterator[bytes]:
        buffer, at, ahead = b"", 0, member.start
        while True:
            if len(buffer) - at < 2 + 65_535 and ahead < member.end:
                part = self._read_at(ahead, min(_CHUNK, member.end - ahead))
                buffer, at, ahead = buffer[at:] + part, 0, ahead + len(part)
            if at == len(buffer):
                return
            length = int.from_bytes(buffer[at : at + 2], "big")
            if at + 2 + length > len(buffer):
                raise BundleInvalid(f"its last entry is cut off: {cut(member.name)}")
            yield buffer[at + 2 : at + 2 + length]
            at += 2 + length

    def _read_at(self, offset: int, count: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(count)

    def _manifest(self) -> Manifest:
        member = self._members.get(MANIFEST)
        if member is None or member.size > MAX_MANIFEST_BYTES:
            raise BundleInvalid("without a manifest, or with one too large")
        raw = self._read_at(member.start, member.size)
        if zlib.crc32(raw) != member.crc:
            raise BundleInvalid(f"its checksum is another: {cut(MANIFEST)}")
        return parse_manifest(raw)

    def _check_digests(self, progress: Progress, length: int) -> None:
        claimed = self.manifest.files
        if claimed.keys() != self._members.keys() - {MANIFEST}:
            odd = min(claimed.keys() ^ (self._members.keys() - {MANIFEST}))
            raise BundleInvalid(f"named in the manifest and not there, or the reverse: {cut(odd)}")
        for name, digest in claimed.items():
            member = self._members[name]
            if self._digests(member) != (member.crc, digest):
                raise BundleInvalid(f"not what the manifest says: {cut(name)}")
            progress(member.end, length)

    def _digests(self, member: Member) -> tuple[int, str]:
        crc, sha, at = 0, hashlib.sha256(), member.start
        while at < member.end:
            part = self._read_at(at, min(_CHUNK, member.end - at))
            crc, at = zlib.crc32(part, crc), at + len(part)
            sha.update(part)
            if not part:
                raise BundleInvalid("it became shorter while it was read")
        return crc, sha.hexdigest()

    def _check_claims(self) -> None:
        manifest = self.manifest
        if [tuple(run) for run in manifest.runs] != self.runs:
            raise BundleInvalid("it does not hold the runs of records that its manifest claims")
        if manifest.checkpoint != manifest.files.get("checkpoint"):
            raise BundleInvalid("its manifest is of another checkpoint")
        for name in (*self.names("payloads"), *self.names("disclosed")):
            if not self.holds(int(name.partition("/")[2][:12])):
                raise BundleInvalid(f"of a record that is not in it: {cut(name)}")
        for name in self.names("plans"):
            if manifest.files[name] != name[len("plans/") : -len(".json")]:
                raise BundleInvalid(f"a plan under another name than its digest: {cut(name)}")


def open_bundle(path: Path, progress: Progress | None = None) -> BundleFile:
    """Open a bundle and hold it against its own spelling and digests.

    `progress(done, total)` counts bytes.

    Raises:
        BundleInvalid: not a whole bundle, or not a file at all.
        OSError: it can not be read.
    """
    # Opening a pipe must not wait for somebody to write to it.
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise BundleInvalid(f"not a file: {cut(path)}", "")
    file = os.fdopen(fd, "rb")
    try:
        return BundleFile(file, progress)
    except BaseException:
        file.close()
        raise


def _records_of(members: Mapping[str, Member], size: int) -> tuple[list[Run], set[Run]]:
    """Return where the records stand, in order, and which of that are ranges; none is there twice.

    Raises:
        BundleInvalid: a record without its proof, or the reverse; runs that touch or overlap.
    """
    singles = [int(n[8:20]) for n in members if n.startswith("records/") and n.endswith("json")]
    ranges = {
        (int(n[7:19]), int(n[20:32]))
        for n in members
        if n.startswith("ranges/") and n.endswith("entries")
    }
    wanted = {name for index in singles for name in record_names(index)}
    wanted |= {name for run in ranges for name in range_names(run)}
    if wanted != {name for name in members if name.startswith(("records/", "ranges/"))}:
        raise BundleInvalid("a record without its proof, or a proof without its record")
    parts = sorted([*((one, one + 1) for one in singles), *ranges])
    for before, after in pairwise(parts):
        both = before in ranges and after in ranges
        if after[0] < before[1] or (both and after[0] == before[1]):
            raise BundleInvalid(f"a record twice, or runs that touch: {after[0]}")
    if any(not first < end <= size for first, end in parts):
        raise BundleInvalid("records beyond its checkpoint")
    return parts, ranges
