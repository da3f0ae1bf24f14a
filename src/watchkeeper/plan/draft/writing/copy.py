"""A copy of a workspace to try something on: as large as what is read, and never what lies outside.

Links stay links: one that leads outside leads there from the copy too, where it is refused as
well, and one that leads in a circle is not walked round.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.plan.workspace.folder import MAX_DEFINITIONS


def copy_with(workspace: Path, copy: Path, texts: Mapping[str, str]) -> None:
    """Copy a workspace to `copy`, which must not be there, and put texts of files into the copy.

    What begins with a dot is left out, and so is what is neither file nor folder.
    """
    root = Path(os.path.realpath(workspace))
    _copy(root, copy, (root, copy))
    for name, text in texts.items():
        place = copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if Path(os.path.realpath(place)).is_relative_to(os.path.realpath(copy)):
            place.write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path, roots: tuple[Path, Path]) -> None:
    target.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            place = target / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                place.symlink_to(_led_to(Path(entry.path), roots))
            elif entry.is_dir():
                _copy(Path(entry.path), place, roots)
            elif entry.is_file():
                _copy_file(entry, place)


def _led_to(link: Path, roots: tuple[Path, Path]) -> Path:
    root, copy = roots
    real = Path(os.path.realpath(link))
    return copy / real.relative_to(root) if real.is_relative_to(root) else real


def _copy_file(entry: os.DirEntry[str], place: Path) -> None:
    """Copy a file; of one that is larger than anything that is read, its size alone."""
    size = entry.stat().st_size
    if size <= MAX_DEFINITIONS:
        shutil.copyfile(entry.path, place)
    else:
        with place.open("wb") as file:
            file.truncate(size)
