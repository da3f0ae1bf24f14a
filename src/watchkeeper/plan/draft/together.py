"""Several files of a workspace written together: all of them, or none.

The new texts are laid aside first, then a list of them is put in place, and only then they replace
the old ones. Where that is broken off, the list is there: whoever writes next goes on with it,
unless somebody changed one of the files since. Until then lint names it, and no release is made.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.errors import ImportRefused, PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical, parse_json
from watchkeeper.plan.draft.writing.alone import writing_alone
from watchkeeper.plan.draft.writing.fresh import is_own, write_fresh
from watchkeeper.plan.draft.writing.target import Target, target_in
from watchkeeper.plan.workspace.folder import MAX_DEFINITIONS, UNFINISHED, Folder

_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file that is to be written, and the digest of what stood there; None for a new one."""

    name: str
    was: str | None


def write_together(
    workspace: Path, texts: Mapping[str, str], read: Mapping[str, str] | None = None
) -> None:
    """Replace or make the files of a workspace named in `texts`, all of them or none.

    `read` are the texts that the new ones were made of; a file that is not among them is new.
    Links inside the workspace, permissions and a byte order mark stay as they are; so do line
    ends, but for a file that mixes them, which has CRLF in every line then.

    Raises:
        ImportRefused: a file is no longer what it was when it was read, may not be written, or
            lies outside; or another process writes there.
        PlanUnreadable: what an earlier writer left can not be read.
    """
    with writing_alone(workspace):
        _finish(workspace)
        _check_unchanged(workspace, texts, read or {})
        targets = [target_in(workspace, name) for name in sorted(texts)]
        if len({target.path for target in targets}) != len(targets):
            raise ImportRefused("two of the files are one, through a link", "take the link away")
        try:
            _lay_aside(workspace, targets, texts)
        except OSError:
            _clear(workspace)
            raise
        _finish(workspace)


def finish_writing(workspace: Path) -> tuple[str, ...]:
    """Go on with what an earlier writer began, if it was complete; return the files.

    Raises:
        ImportRefused: a file was changed since, or may not be written; or somebody writes there.
        PlanUnreadable: what is there is not what a writer left.
    """
    if not _aside(workspace).is_dir():
        return ()
    with writing_alone(workspace):
        return _finish(workspace)


def _finish(workspace: Path) -> tuple[str, ...]:
    aside = _aside(workspace)
    if not aside.is_dir():
        return ()
    waiting = [
        (aside / str(number), target_in(workspace, one.name), one.was)
        for number, one in enumerate(_listed(workspace))
    ]
    _check_own([path for path, _, _ in waiting])
    for path, target, was in waiting:
        if path.exists() and target.digest != was:
            raise ImportRefused(
                f"a change of {cut(target.name)} was broken off, and it was changed since",
                f"see what waits in {cut(aside)}; take that folder away to leave it undone",
            )
    for path, target, _ in waiting:
        if path.exists():
            target.put(path)
    _clear(workspace)
    return tuple(target.name for _, target, _ in waiting)


def _check_own(paths: Sequence[Path]) -> None:
    """Check that what waits was laid there by a writer: nothing is read or put by a link.

    Raises:
        ImportRefused: something else stands there.
    """
    for path in paths:
        if os.path.lexists(path) and not is_own(path):
            message = f"{cut(path)} is no plain file of its own, which a writer would have left"
            raise ImportRefused(message, f"look at {cut(path.parent)}, and take it away")


def _lay_aside(workspace: Path, targets: Sequence[Target], texts: Mapping[str, str]) -> None:
    aside, last = _aside(workspace), Path(UNFINISHED).name
    aside.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(targets):
        write_fresh(aside / str(number), target.bytes_of(texts[target.name]), durable=True)
    listed = [{"file": target.name, "was": target.digest} for target in targets]
    write_fresh(aside / f".{last}", canonical(listed), durable=True)
    (aside / f".{last}").replace(aside / last)


def _clear(workspace: Path) -> None:
    """Take away what was laid aside, the list last: without it nothing is gone on with."""
    aside = _aside(workspace)
    if not aside.is_dir():
        return
    for path in aside.iterdir():
        if path.name != Path(UNFINISHED).name:
            path.unlink()
    shutil.rmtree(aside)
    if not any(aside.parent.iterdir()):
        aside.parent.rmdir()


def _aside(workspace: Path) -> Path:
    """Return the folder of what is laid aside.

    Raises:
        ImportRefused: a link stands there, which would lead elsewhere.
    """
    aside = (workspace / UNFINISHED).parent
    if aside.is_symlink() or aside.parent.is_symlink():
        message = f"{cut(aside)} is a link, or lies behind one"
        raise ImportRefused(message, "take it away; nothing was written")
    return aside


def _check_unchanged(workspace: Path, texts: Mapping[str, str], read: Mapping[str, str]) -> None:
    folder = Folder(workspace)
    for name in texts:
        now = folder.read(name, MAX_DEFINITIONS) if folder.has(name) else None
        if now != read.get(name):
            raise ImportRefused(
                f"{cut(name)} was changed meanwhile", "look at it, and say the command again"
            )


def _listed(workspace: Path) -> list[_Listed]:
    place = workspace / UNFINISHED
    _check_own([place])
    if not place.exists():
        return []
    try:
        found = parse_json(place.read_bytes(), max_bytes=_MOST_BYTES)
        listed = [_Listed(one["file"], one["was"]) for one in found]
    except (RecordInvalid, TypeError, KeyError):
        listed = [_Listed("", None)]
    if not all(_is_inside(one.name) for one in listed):
        raise PlanUnreadable(
            f"{cut(place.parent)} is not what an import left", "look at it, and take it away"
        )
    return listed


def _is_inside(name: object) -> bool:
    parts = name.split("/") if isinstance(name, str) else [""]
    return all(part and part not in {".", ".."} and "\\" not in part for part in parts)
