"""The container of a bundle: a ZIP file in one spelling only (PKWARE APPNOTE 6.3, 4.3).

Members are stored, one after the other without a gap, then the directory. Everything but the
names, the sizes, the checksums and the content follows from these, so a reader walks the members
from the front, writes the directory itself, and refuses a file whose bytes differ.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from watchkeeper.errors import BundleInvalid, cut

ReadAt = Callable[[int, int], bytes]
"""Reads up to so many bytes at an offset: (offset, count)."""

MAX_MEMBERS = 1_000_000
MAX_NAME = 250
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_PLAIN, _ZIP64 = 20, 45
_UNIX = 3 << 8
_DAY = 1 << 5 | 1
"""1980-01-01, the first day that the format knows."""
_MODE = 0o100644 << 16
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the container. `at` is where its header begins, `crc` the CRC-32 of its bytes."""

    name: str
    size: int
    crc: int
    at: int

    @property
    def start(self) -> int:
        """Where its bytes begin."""
        return self.at + _LOCAL.size + len(self.name) + len(_large(self.size, self.size))

    @property
    def end(self) -> int:
        """Where its bytes end, and the next header begins."""
        return self.start + self.size


def render_header(member: Member) -> bytes:
    """Return the header that stands before a member's bytes."""
    name, extra = member.name.encode("ascii"), _large(member.size, member.size)
    size = min(member.size, _FULL32)
    version = _ZIP64 if extra else _PLAIN
    head = _LOCAL.pack(
        b"PK\x03\x04", version, 0, 0, 0, _DAY, member.crc, size, size, len(name), len(extra)
    )
    return head + name + extra


def render_directory(members: Sequence[Member]) -> Iterator[bytes]:
    """Yield the directory of the members, which ends the file, piece by piece."""
    start = members[-1].end if members else 0
    length = 0
    for member in members:
        piece = _directory_entry(member)
        length += len(piece)
        yield piece
    yield _end(len(members), start, length)


def parse_container(read: ReadAt, length: int) -> tuple[Member, ...]:
    """Return the members of a container of `length` bytes; their content is not looked at.

    Raises:
        BundleInvalid: not spelt as `render_header` and `render_directory` spell it.
    """
    members = tuple(_walk(read, length))
    at = members[-1].end if members else 0
    for piece in render_directory(members):
        if read(at, len(piece)) != piece:
            raise BundleInvalid(f"its directory is not that of its members, at byte {at}")
        at += len(piece)
    if at != length:
        raise BundleInvalid(f"bytes after its end, at byte {at}")
    return members


def _walk(read: ReadAt, length: int) -> Iterator[Member]:
    at = count = 0
    while True:
        head = read(at, _LOCAL.size + MAX_NAME + 20)
        if not head.startswith(b"PK\x03\x04"):
            break
        member = _parse_header(head, at)
        if member.end > length:
            raise BundleInvalid(f"cut off within {cut(member.name)}")
        count += 1
        if count > MAX_MEMBERS:
            raise BundleInvalid(f"more than {MAX_MEMBERS} members")
        yield member
        at = member.end
    if not at:
        raise BundleInvalid("not a bundle", "expected a file that `log bundle` wrote")


def _parse_header(head: bytes, at: int) -> Member:
    if len(head) < _LOCAL.size:
        raise BundleInvalid(f"cut off in a header, at byte {at}")
    fields = _LOCAL.unpack_from(head)
    crc, size, length, extra = fields[6], fields[7], fields[9], fields[10]
    raw = head[_LOCAL.size : _LOCAL.size + length]
    if not 0 < length <= MAX_NAME or not raw.isascii() or extra not in {0, 20}:
        raise BundleInvalid(f"a header that no bundle has, at byte {at}")
    if extra:
        [size] = struct.unpack_from("<Q", head.ljust(_LOCAL.size + length + 12), len(raw) + 34)
    member = Member(raw.decode(), size, crc, at)
    expected = render_header(member)
    if head[: len(expected)] != expected:
        raise BundleInvalid(f"a header in another spelling, at byte {at}: {cut(member.name)}")
    return member


def _directory_entry(member: Member) -> bytes:
    name, size, at = member.name.encode("ascii"), member.size, member.at
    extra = _large(size, size, at)
    version = _ZIP64 if extra else _PLAIN
    shown = min(size, _FULL32)
    head = _CENTRAL.pack(
        b"PK\x01\x02", _UNIX | version, version, 0, 0, 0, _DAY, member.crc, shown, shown,
        len(name), len(extra), 0, 0, 0, _MODE, min(at, _FULL32),
    )  # fmt: skip
    return head + name + extra


def _end(count: int, start: int, length: int) -> bytes:
    shown = min(count, _FULL16)
    last = _END.pack(
        b"PK\x05\x06", 0, 0, shown, shown, min(length, _FULL32), min(start, _FULL32), 0
    )
    if count < _FULL16 and max(start, length) < _FULL32:
        return last
    large = _END64.pack(
        b"PK\x06\x06", _END64.size - 12, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, length, start
    )
    return large + _LOCATOR.pack(b"PK\x06\x07", 0, start + length, 1) + last


def _large(*numbers: int) -> bytes:
    """Return the ZIP64 field for the numbers that 32 bits can not hold, or nothing."""
    large = [number for number in numbers if number >= _FULL32]
    if not large:
        return b""
    return struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large)
