"""Writing the container: members are kept aside until their digests can stand before them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from watchkeeper.errors import BundleInvalid, cut
from watchkeeper.verify.bundle.container import (
    MAX_MEMBERS,
    Member,
    render_directory,
    render_header,
)
from watchkeeper.verify.bundle.manifest import MANIFEST, check_names

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A member that was kept aside: its size, checksum and digest."""

    name: str
    size: int
    crc: int
    sha256: str


class Pack:
    """Takes members in their order into `aside`, then writes the bundle.

    Memory: a few hundred bytes a member.
    """

    def __init__(self, aside: BinaryIO) -> None:
        self._aside = aside
        self._kept: list[Kept] = []

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Take the next member.

        Raises:
            BundleInvalid: more members than a bundle may have.
        """
        size, crc, sha = 0, 0, hashlib.sha256()
        for part in parts:
            self._aside.write(part)
            size, crc = size + len(part), zlib.crc32(part, crc)
            sha.update(part)
        self._kept.append(Kept(name, size, crc, sha.hexdigest()))
        if len(self._kept) >= MAX_MEMBERS:
            what = f"a bundle of more than {MAX_MEMBERS} members"
            raise BundleInvalid(what, "choose less, or disclose less")

    @property
    def files(self) -> dict[str, str]:
        """The digests of the members so far."""
        return {kept.name: kept.sha256 for kept in self._kept}

    def write(self, out: BinaryIO, manifest: bytes) -> None:
        """Write the bundle, its manifest first.

        Raises:
            BundleInvalid: a member was cut short aside.
        """
        first = Kept(MANIFEST, len(manifest), zlib.crc32(manifest), "")
        check_names([MANIFEST, *(kept.name for kept in self._kept)])
        members = [self._header(out, first, 0)]
        out.write(manifest)
        self._aside.seek(0)
        for kept in self._kept:
            members.append(self._header(out, kept, members[-1].end))
            self._copy(out, kept)
        out.writelines(render_directory(members))

    def _header(self, out: BinaryIO, kept: Kept, at: int) -> Member:
        member = Member(kept.name, kept.size, kept.crc, at)
        out.write(render_header(member))
        return member

    def _copy(self, out: BinaryIO, kept: Kept) -> None:
        left = kept.size
        while left:
            part = self._aside.read(min(_CHUNK, left))
            if not part:
                raise BundleInvalid(f"cut short while it was written: {cut(kept.name)}", "")
            out.write(part)
            left -= len(part)
