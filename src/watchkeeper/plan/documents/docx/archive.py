"""The parts of a .docx: a ZIP file that is believed in nothing (ECMA-376 part 2, annex B)."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.errors import PlanUnreadable, cut

MAX_PARTS = 2_000
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
_SMALL = 1024 * 1024
_OLD = b"\xd0\xcf\x11\xe0"
_ODD = 0x1 | 0x20 | 0x40 | 0x2000
"""Flags of a member that is encrypted, a patch of another, or whose header is masked."""
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AGAIN = "save it again as .docx with the program that wrote it"


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts of a package, by name without the first `/`, not unpacked yet."""

    parts: Mapping[str, zipfile.ZipInfo]
    file: zipfile.ZipFile

    def read(self, name: str) -> bytes | None:
        """Return a part; None if there is none of this name. Part names know no case.

        Raises:
            PlanUnreadable: it does not unpack to what it says it is.
        """
        info = self.parts.get(name.casefold())
        if info is None:
            return None
        try:
            with self.file.open(info) as member:
                raw = member.read(info.file_size + 1)
        except _BROKEN as error:
            raise PlanUnreadable(f"the part {cut(name)} does not unpack: {error}", _AGAIN) from None
        if len(raw) != info.file_size:
            raise PlanUnreadable(f"the part {cut(name)} is not as long as it says", _AGAIN)
        return raw


def open_archive(raw: bytes) -> Archive:
    """Return the parts of a package.

    Raises:
        PlanUnreadable: no ZIP file, encrypted, two parts of one name, or too much once unpacked.
    """
    if raw.startswith(_OLD):
        raise PlanUnreadable(
            "protected by a password, or a .doc of the old kind", "save it as .docx without one"
        )
    try:
        file = zipfile.ZipFile(io.BytesIO(raw))
    except _BROKEN as error:
        raise PlanUnreadable(f"no .docx: {error}", _AGAIN) from None
    members = [info for info in file.infolist() if not info.is_dir()]
    _check_size(members)
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        name = info.filename.casefold()
        if name in parts:
            raise PlanUnreadable(f"two parts are called {cut(info.filename)}", _AGAIN)
        if name != posixpath.normpath(name) or name.startswith(("/", "../")) or "\\" in name:
            raise PlanUnreadable(f"no name of a part: {cut(info.filename)}", _AGAIN)
        if info.flag_bits & _ODD or info.compress_type not in _METHODS:
            raise PlanUnreadable(f"the part {cut(info.filename)} is encrypted or odd", _AGAIN)
        parts[name] = info
    return Archive(parts, file)


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_PARTS:
        raise PlanUnreadable(f"more than {MAX_PARTS} parts", _AGAIN)
    if sum(info.file_size for info in members) > MAX_UNPACKED:
        raise PlanUnreadable(f"more than {MAX_UNPACKED >> 20} MiB once unpacked", "split it")
    for info in members:
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise PlanUnreadable(
                f"the part {cut(info.filename)} unpacks to {MAX_RATIO} times its size", _AGAIN
            )
