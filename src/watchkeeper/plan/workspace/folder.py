"""What lies in a workspace folder, read with bounds, and never outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.workspace.kinds import BASED, PLACES

MAX_BYTES = 512 * 1024
MAX_ROWS = 2 * 1024 * 1024
"""Of `soa.yaml`, which has a row for each control: 5,000 of them take 700 KiB."""
MAX_DEFINITIONS = 64 * 1024 * 1024
MAX_DOCUMENT = 16 * 1024 * 1024
DOCUMENTS = "documents"
"""The folder of documents under control, in which any kind of file may lie."""
_FOLDERS = {place.folder: place for place in PLACES if place.folder is not None}
_READ = {*_FOLDERS, *(place.where for place in PLACES), "policies", DOCUMENTS}
BASIS = ".basis.json"
UNFINISHED = ".watchkeeper/together/list.json"
"""There while several files are written together: until then the old stand beside the new."""
_LARGER = {"soa.yaml": MAX_ROWS}
_BESIDE = {"tool": ".definitions.json", **dict.fromkeys(BASED, BASIS)}
"""What else is read beside the YAML files of a kind."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Something in the folder that is not read, and why that may matter."""

    name: str
    why: str
    harmless: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A workspace folder. Names are relative to `root`, with `/` between parts."""

    root: Path
    _resolved: dict[Path, Path] = field(default_factory=dict, compare=False, repr=False)
    _inside: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """Where folders really lie, and whether inside: looked up once, while a workspace is read."""

    def read(self, name: str, limit: int | None = None) -> str:
        """Return a file's text, with plain line ends.

        Raises:
            PlanUnreadable: no such file, not UTF-8, too large, or outside the workspace.
        """
        raw = self.read_bytes(name, limit or _LARGER.get(name, MAX_BYTES))
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise PlanUnreadable(f"not UTF-8 in line {line}", "save the file as UTF-8") from None
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def read_bytes(self, name: str, limit: int = MAX_DOCUMENT) -> bytes:
        """Return what lies in a file.

        Raises:
            PlanUnreadable: no such file, too large, or outside the workspace.
        """
        path = f"{self.root}/{name}"
        try:
            raw = _read(path, self._size(path), limit)
        except (OSError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or "the link leads in a circle"
            raise PlanUnreadable(
                f"can not be read: {why.lower()}", "check the file and its permissions"
            ) from None
        if len(raw) > limit:
            raise PlanUnreadable(f"larger than {limit // 1024} KiB", "split it")
        return raw

    def _size(self, path: str) -> int:
        """Return the size of a plain file in the workspace, wherever links lead.

        Raises:
            PlanUnreadable: it is no plain file, or lies outside.
        """
        found = _status(path)
        is_plain = found is not None and stat.S_ISREG(found.st_mode)
        # Of a plain file only its folder can lie elsewhere, which is looked up once.
        if not (self._holds(path.rpartition("/")[0]) if is_plain else self._leads_inside(path)):
            raise PlanUnreadable(
                "a link that leads out of the workspace", "copy the file into the workspace"
            )
        if found is None or not (is_plain or Path(path).is_file()):
            raise PlanUnreadable("not a file", "put a plain file here, or remove it")
        return found.st_size

    def _leads_inside(self, path: str) -> bool:
        link = Path(path)
        if link.is_symlink():
            return link.resolve().is_relative_to(self._real(self.root))
        return self._holds(str(link.parent))

    def _holds(self, folder: str) -> bool:
        found = self._inside.get(folder)
        if found is None:
            found = self._real(Path(folder)).is_relative_to(self._real(self.root))
            self._inside[folder] = found
        return found

    def _real(self, folder: Path) -> Path:
        found = self._resolved.get(folder)
        if found is None:
            found = self._resolved[folder] = folder.resolve()
        return found

    def has(self, name: str) -> bool:
        """Say whether there is something of this name, be it a broken link."""
        path = self.root / name
        return path.is_symlink() or path.exists()

    def yaml_files(self, folder: str) -> list[str]:
        """Return the names of the YAML files in a folder, sorted."""
        return [f"{folder}/{name}" for name in self._children(folder) if _suffix(name) == ".yaml"]

    def files_beside(self, folder: str, ending: str) -> list[str]:
        """Return the names of the files in a folder that end in a certain way, sorted."""
        return [f"{folder}/{name}" for name in self._children(folder) if name.endswith(ending)]

    def policy_files(self) -> list[tuple[str, str]]:
        """Return `(system, name)` of every Cedar file, sorted."""
        return [
            (system, f"policies/{system}/{name}")
            for system in self._children("policies")
            for name in self._children(f"policies/{system}")
            if _suffix(name) == ".cedar"
        ]

    def strays(self) -> Iterator[Stray]:
        """Yield what is not read, so that nobody believes that it counts."""
        for name in self._children("."):
            if name not in _READ:
                yield Stray(name, "no file of a workspace has this name", harmless=True)
        for folder in _FOLDERS:
            yield from self._strays_of(folder)
        for system in self._children("policies"):
            if not _is_folder(self.root / "policies" / system):
                yield Stray(f"policies/{system}", "policies lie in a folder per system", False)
                continue
            for inner in self._children(f"policies/{system}"):
                if _suffix(inner) != ".cedar":
                    name = f"policies/{system}/{inner}"
                    yield Stray(name, "only `.cedar` files are read here", harmless=False)

    def _strays_of(self, folder: str) -> Iterator[Stray]:
        beside = _BESIDE.get(_FOLDERS[folder].kind)
        for name in self._children(folder):
            if _suffix(name) != ".yaml" and not (beside and name.endswith(beside)):
                yield Stray(f"{folder}/{name}", "only `.yaml` files are read here", False)

    def _children(self, name: str) -> list[str]:
        """Return the names in a folder, sorted, but for those that nobody means to be read."""
        folder = self.root / name
        try:
            found = [child.name for child in folder.iterdir()] if _is_folder(folder) else []
        except OSError:
            return []
        return sorted(child for child in found if not _is_ignored(child))


def open_folder(path: Path) -> Folder:
    """Return the workspace folder at `path`.

    Raises:
        PlanUnreadable: there is no folder there, or no `aims.yaml` in it.
    """
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):
        is_folder = False
    if not is_folder:
        raise PlanUnreadable(f"no folder {cut(path)}", "name the folder that holds `aims.yaml`")
    folder = Folder(path)
    if not folder.has("aims.yaml"):
        raise PlanUnreadable(
            f"no `aims.yaml` in {cut(path)}",
            "name the workspace folder, or make one with `watchkeeper init`",
        )
    return folder


def read_named(path: Path, limit: int | None = None) -> str:
    """Return the text of a file that somebody named, with the bounds of a workspace's files.

    Raises:
        PlanUnreadable: no such file, not UTF-8, or too large; its name is said.
    """
    try:
        place = path.resolve()
        there = place.exists()
    except (OSError, RuntimeError, ValueError):
        there = False
    if not there:
        raise PlanUnreadable(f"there is no file {cut(path)}", "name a file that is there")
    try:
        return Folder(place.parent).read(place.name, limit)
    except PlanUnreadable as error:
        raise PlanUnreadable(f"{cut(path)}: {error.message}", error.advice) from None


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (OSError, ValueError):
        return None


def _read(path: str, size: int, limit: int) -> bytes:
    """Return what lies in a file, a byte more than `limit` at most.

    Only as much is asked for as should be there: to make room for the limit takes longer than to
    read a small file.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - a `Path` costs as much as the reading
        raw = file.read(min(size, limit) + 1)
        if size < len(raw) <= limit:  # it grew, or is of no size that is known
            raw += file.read(limit + 1 - len(raw))
    return raw


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, RuntimeError):
        return False


def _suffix(name: str) -> str:
    """Return the ending of a name, as a path has it: `.yaml` alone is a name without one."""
    stem, dot, ending = name.rpartition(".")
    return dot + ending if stem and ending else ""


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.endswith(("~", ".md", ".txt"))
