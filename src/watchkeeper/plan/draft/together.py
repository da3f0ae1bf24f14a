"""Several files of a workspace written together: all of them, or none.

The new texts are laid aside first, then a list of them is put in place, and only then they replace
the old ones. Where that is broken off, the list is there: whoever writes next goes on with it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.errors import ImportRefused, PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical, parse_json
from watchkeeper.plan.workspace.folder import Folder

_ASIDE = Path(".watchkeeper") / "together"
_LIST = "list.json"
_MOST_BYTES = 16 * 1024 * 1024


def write_together(
    workspace: Path, texts: Mapping[str, str], read: Mapping[str, str] | None = None
) -> None:
    """Replace or make the files of a workspace named in `texts`, all of them or none.

    `read` are the texts that the new ones were made of; a file that is not among them is new.

    Raises:
        ImportRefused: a file is no longer what it was when it was read.
        PlanUnreadable: what an earlier writer left can not be read.
    """
    finish_writing(workspace)
    _check_unchanged(workspace, texts, read or {})
    aside = workspace / _ASIDE
    aside.mkdir(parents=True, exist_ok=True)
    names = sorted(texts)
    for number, name in enumerate(names):
        _write(aside / str(number), texts[name].encode())
    _write(aside / f".{_LIST}", canonical(names))
    (aside / f".{_LIST}").replace(aside / _LIST)
    finish_writing(workspace)


def finish_writing(workspace: Path) -> tuple[str, ...]:
    """Go on with what an earlier writer began, if it was complete; return the files."""
    aside = workspace / _ASIDE
    if not aside.is_dir():
        return ()
    names = _listed(aside) if (aside / _LIST).exists() else []
    for number, name in enumerate(names):
        waiting, target = aside / str(number), workspace / name
        if waiting.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            waiting.replace(target)
    shutil.rmtree(aside)
    if not any(aside.parent.iterdir()):
        aside.parent.rmdir()
    return tuple(names)


def _check_unchanged(workspace: Path, texts: Mapping[str, str], read: Mapping[str, str]) -> None:
    folder = Folder(workspace)
    for name in texts:
        if (folder.read(name) if folder.has(name) else None) != read.get(name):
            raise ImportRefused(
                f"{cut(name)} was changed meanwhile", "look at it, and say the command again"
            )


def _listed(aside: Path) -> list[str]:
    try:
        names = parse_json((aside / _LIST).read_bytes(), max_bytes=_MOST_BYTES)
    except RecordInvalid:
        names = None
    if not isinstance(names, list) or not all(_is_inside(name) for name in names):
        raise PlanUnreadable(
            f"{cut(aside)} is not what an import left", "look at it, and take it away"
        )
    return names


def _is_inside(name: object) -> bool:
    parts = name.split("/") if isinstance(name, str) else [""]
    return all(part and part not in {".", ".."} and "\\" not in part for part in parts)


def _write(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
