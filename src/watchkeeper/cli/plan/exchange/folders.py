"""OSCAL documents on the disk: one file, or all JSON below a folder, read with bounds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchkeeper.cli.plan.exchange.arguments import taken
from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.foreign import parse_document
from watchkeeper.plan.exchange.oscal.checking.document import BOUNDS

_MOST_DOCUMENTS = 1_000


def documents_in(place: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the documents of a file or a folder by path, folders that begin with a dot left out.

    Raises:
        ImportRefused: nothing to read there, too much of it, or something that can not be read.
    """
    if place.is_file():
        return {place.name: parse_document(taken(place), cut(place.name), BOUNDS)}
    if not place.is_dir():
        raise ImportRefused(f"nothing at {cut(place)}", "name a folder of OSCAL documents")
    root = place.resolve()
    files = [
        path
        for path in sorted(place.rglob("*.json"))
        if not any(part.startswith(".") for part in path.relative_to(place).parts)
        and (path.is_file() or path.is_symlink())
    ]
    if not files:
        raise ImportRefused(f"no JSON in {cut(place)}", "name a folder of OSCAL documents")
    if len(files) > _MOST_DOCUMENTS:
        raise ImportRefused(f"{len(files)} files in {cut(place)}", "name a smaller folder")
    found = {}
    for path in files:
        if not path.resolve().is_relative_to(root):
            raise ImportRefused(f"{cut(path)} leads out of the folder", "copy the file into it")
        name = path.relative_to(place).as_posix()
        found[name] = parse_document(taken(path), cut(name), BOUNDS)
    return found
