"""Which controls a document may name: those that its source brings in, through profiles.

Addresses are followed within the folder alone. Nothing is fetched.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from watchkeeper.plan.exchange.oscal.checking.document import Document, objects, walk

Among = Mapping[str, Document]
DEEPEST_IMPORTS = 30
MOST_IMPORTS = 5_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where controls come from, and which of them alone; None for all."""

    href: str
    only: frozenset[str] | None = None


def path_of(document: Document, href: str) -> str | None:
    """Return the path that an address names in this folder, or None where it leads out."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme == "trestle":
        return posixpath.normpath(unquote(parts.netloc + parts.path))
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return None
    path = posixpath.join(posixpath.dirname(document.path), unquote(parts.path))
    normal = posixpath.normpath(path)
    return None if normal.startswith("..") else normal


def target_of(among: Among, document: Document, href: str) -> Document | None:
    """Return the document here that an address names; None where it lies elsewhere, or nowhere.

    A resource of the back matter lies at any of its links: the first that is here is taken.
    """
    inside = href.startswith("#")
    for address in document.lies.get(href[1:].lower(), ()) if inside else (href,):
        path = path_of(document, address)
        if path is not None and path in among:
            return among[path]
    return None


def imported_by(among: Among, document: Document) -> tuple[str | None, ...]:
    """Return the paths of what a document imports; None for each that is not here."""
    found = []
    for where, key, one in walk(document.body):
        if key == "href" and isinstance(one, str) and where[0].startswith("import"):
            target = target_of(among, document, one)
            found.append(None if target is None else target.path)
    return tuple(found)


def chooser(document: Document, where: Sequence[str]) -> tuple[str, ...]:
    """Return the place of what chooses the controls that may be named at a place.

    A component names those of its source, an import of a profile those of what it imports, and
    the rest of a profile only those that it selects.
    """
    if "control-implementations" in where:
        return tuple(where[: list(where).index("control-implementations") + 2])
    inside = document.kind == "profile" and list(where[:1]) == ["imports"]
    return tuple(where[:2]) if inside else ()


def sources_at(document: Document, where: tuple[str, ...]) -> tuple[Source, ...]:
    """Return what the chooser at a place brings in; empty for all that is here."""
    if not where:
        return _chosen(document.body) if document.kind == "profile" else ()
    holder: Any = document.body
    for part in where:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    key = "href" if where[0] == "imports" else "source"
    href = holder.get(key) if isinstance(holder, Mapping) else None
    return (Source(href),) if isinstance(href, str) else ()


class Selected:
    """What each profile selects, worked out once: another may import it over and over."""

    def __init__(self, among: Among) -> None:
        self._among = among
        self._known: dict[str, frozenset[str] | None] = {}

    def controls(
        self, document: Document, sources: Sequence[Source], depth: int = 0
    ) -> frozenset[str] | None:
        """Return the controls that sources bring in; None where not all of them are here.

        What nests deeper than profiles ever do is not followed, as if it were not here.
        """
        known: list[frozenset[str]] = []
        for source in sources:
            found = self._brought_in(document, source.href, depth)
            if found is None:
                return None
            known.append(found if source.only is None else found & source.only)
        return known[0] if len(known) == 1 else frozenset().union(*known)

    def _brought_in(self, document: Document, href: str, depth: int) -> frozenset[str] | None:
        found = target_of(self._among, document, href)
        if found is None or depth > DEEPEST_IMPORTS:
            return None
        if found.path not in self._known and found.kind != "profile":
            self._known[found.path] = frozenset(found.controls)
        elif found.path not in self._known:
            # One that imports itself brings in nothing: it is named as a circle.
            self._known[found.path] = frozenset()
            self._known[found.path] = self.controls(found, _chosen(found.body), depth + 1)
        return self._known[found.path]


def in_circles(among: Among) -> frozenset[str]:
    """Return the paths of the profiles that import themselves, through others or at once.

    Also those where there are more imports than are followed: nobody knows of them.
    """
    leads = {path: _imported(among, one) for path, one in among.items()}
    if sum(map(len, leads.values())) > MOST_IMPORTS:
        return frozenset(path for path, targets in leads.items() if targets)
    return frozenset(path for path in leads if _returns(leads, path))


def _returns(leads: Mapping[str, frozenset[str]], path: str) -> bool:
    waiting, seen = [path], set()
    while waiting:
        for target in leads[waiting.pop()]:
            if target == path:
                return True
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False


def _imported(among: Among, document: Document) -> frozenset[str]:
    if document.kind != "profile":
        return frozenset()
    found = (target_of(among, document, source.href) for source in _chosen(document.body))
    return frozenset(one.path for one in found if one is not None)


def _chosen(profile: Mapping[str, Any]) -> tuple[Source, ...]:
    imports = [one for one in objects(profile, "imports") if isinstance(one.get("href"), str)]
    return tuple(Source(one["href"], _selected(one)) for one in imports)


def _selected(imported: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the controls that an import selects by name; None where it takes all or by pattern."""
    included = imported.get("include-controls")
    if not isinstance(included, list):
        return None
    names: set[str] = set()
    for one in included:
        children = isinstance(one, Mapping) and one.get("with-child-controls") == "yes"
        if not isinstance(one, Mapping) or "matching" in one or children:
            return None
        listed = one.get("with-ids")
        some = listed if isinstance(listed, list) else []
        names |= {name for name in some if isinstance(name, str)}
    return frozenset(names)
