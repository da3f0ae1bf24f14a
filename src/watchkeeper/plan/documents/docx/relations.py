"""Which part of a .docx is its text, and what it takes from elsewhere (ECMA-376 part 2, 9.3)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.docx.archive import Archive
from watchkeeper.plan.documents.docx.markup import Attributes, local, walk

_ROOT = "_rels/.rels"
_HARMLESS = frozenset({"hyperlink"})


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: the last word of its type, its target as a part's name, or outside."""

    kind: str
    target: str
    outside: bool


def main_part(archive: Archive) -> str:
    """Return the name of the part that holds the text.

    Raises:
        PlanUnreadable: there is not exactly one.
    """
    found = [r.target for r in relations(archive, "") if r.kind == "officeDocument"]
    if len(found) != 1 or found[0].casefold() not in archive.parts:
        raise PlanUnreadable("no .docx: it names no text, or two", "save it again as .docx")
    return found[0]


def relations(archive: Archive, part: str) -> tuple[Relation, ...]:
    """Return the relations of a part; of the package itself where `part` is empty."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels") if part else _ROOT
    return _parse(archive, place, folder)


def from_outside(archive: Archive) -> Iterator[str]:
    """Yield the kinds of what any part takes from outside the file, links to click on left out."""
    for place in archive.parts:
        if place.endswith(".rels"):
            for one in _parse(archive, place, ""):
                if one.outside and one.kind not in _HARMLESS:
                    yield one.kind


def _parse(archive: Archive, place: str, folder: str) -> tuple[Relation, ...]:
    raw = archive.read(place)
    handler = _Relations(folder)
    if raw is not None:
        walk(raw, place, handler)
    return tuple(handler.found)


class _Relations:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: list[Relation] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if local(name) == "Relationship":
            target = attributes.get("Target", "")
            outside = attributes.get("TargetMode", "").casefold() == "external"
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found.append(Relation(kind, target if outside else self._part(target), outside))

    def _part(self, target: str) -> str:
        return posixpath.normpath(posixpath.join("/", self.folder, unquote(target))).lstrip("/")

    def end(self, name: str) -> None:
        del name

    def text(self, said: str) -> None:
        del said
