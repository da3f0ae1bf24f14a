"""Does every reference of a set of OSCAL documents lead somewhere?

The JSON schemas and `compliance-trestle` accept a finding that points at an observation that does
not exist. This looks at what points: identifiers, controls, roles, parties, parameters, addresses.
Nothing is fetched. What lies outside the folder is named as not checked, never taken as good.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.errors import cut
from watchkeeper.plan.exchange.oscal.checking.document import (
    Document,
    Documents,
    place,
    read_document,
    walk,
)
from watchkeeper.plan.exchange.oscal.checking.selection import (
    Selected,
    chooser,
    imported_by,
    in_circles,
    path_of,
    sources_at,
)

_CONTROLS = ("control-id", "with-ids")
_ROLES = ("role-id", "role-ids")
_ADDRESSES = ("href", "source")
_LISTS = {
    name: f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    for name in ("party", "location", "observation", "finding", "risk", "task")
} | {"response": "remediations"}
"""What a reference has to be by its name: `risk-uuid` is a uuid of `risks`, and of nothing else.

The list of a risk's responses is called `remediations` in JSON (OSCAL 1.2.1, risk).
"""


@dataclass(frozen=True, slots=True)
class Dangling:
    """One reference that leads nowhere, or, where it is not `broken`, that was not looked at."""

    file: str
    where: str
    message: str
    broken: bool = True

    def __str__(self) -> str:
        return f"{self.file} at {self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and how many references were followed."""

    found: tuple[Dangling, ...]
    documents: int
    followed: int


def check_documents(documents: Documents) -> Checked:
    """Follow every reference of the documents."""
    return check_read({path: read_document(path, one) for path, one in documents.items()})


def check_read(documents: Mapping[str, Document]) -> Checked:
    """Follow every reference of documents that are read already."""
    checking = _Checking(documents)
    checking.check()
    found = sorted(set(checking.found), key=lambda one: (not one.broken, one.file, one.where))
    return Checked(tuple(found), len(documents), checking.followed)


class _Checking:
    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.found: list[Dangling] = []
        self.followed = 0
        self.uuids: dict[str, set[str]] = {}
        for one in documents.values():
            for name, kinds in one.kinds.items():
                self.uuids.setdefault(name, set()).update(kinds)
        self.roles = {name for one in documents.values() for name in one.roles}
        self.imports = {path: imported_by(documents, one) for path, one in documents.items()}
        self.outside = {path: None in targets for path, targets in self.imports.items()}
        self.all = frozenset(name for one in documents.values() for name in one.controls)
        self.controls: dict[tuple[str, tuple[str, ...]], frozenset[str] | None] = {}
        self.selected = Selected(documents)
        self.links = {path: _linked(one) for path, one in documents.items()}
        self.ids = {name for one in documents.values() for name in (*one.ids, *one.controls)}

    def check(self) -> None:
        circles = in_circles(self.documents)
        for document in self.documents.values():
            if not document.kind:
                self.note(document, (), "is none of the models of OSCAL")
                continue
            self._twice(document)
            if document.path in circles:
                self.note(document, ("imports",), "imports itself in a circle")
            for where, key, one in walk(document.body):
                if isinstance(one, str):
                    self._follow(document, where, key, one)
        self._shared()

    def _twice(self, document: Document) -> None:
        for names, what in (
            (document.uuids, "uuid"),
            (document.controls, "control id"),
            (document.ids, "id"),
            (document.roles, "role"),
        ):
            for name, count in names.items():
                if count > 1:
                    self.note(document, (), f"the {what} {cut(name)} stands here {count} times")

    def _shared(self) -> None:
        """Name what two documents call by one identifier though it is not the same thing.

        The same party, component or risk may well stand in several documents; two documents never
        have the same identifier themselves.
        """
        seen: dict[str, tuple[set[str], Document]] = {}
        for document in self.documents.values():
            for name, kind in document.kinds.items():
                first, other = seen.setdefault(name, (kind, document))
                same = first == kind and "" not in kind
                if other is not document and not same:
                    self.note(document, (), f"the uuid {cut(name)} is already in {other.path}")

    def _follow(self, document: Document, where: Sequence[str], key: str, one: str) -> None:
        if key in _CONTROLS:
            self._control(document, where, one)
        elif key in _ROLES:
            self._role(document, where, one)
        elif key in _ADDRESSES:
            self._address(document, where, key, one)
        elif key in {"param-id", "target-id", "statement-id", "statement-ids", "objective-id"}:
            self._named(document, where, key.partition("-")[0], one)
        elif key.endswith(("-uuid", "-uuids")):
            self._uuid(document, where, key.removesuffix("s").removesuffix("-uuid"), one.lower())

    def _role(self, document: Document, where: Sequence[str], one: str) -> None:
        if one not in document.roles and self.outside[document.path]:
            message = f"role {cut(one)} may be in what it imports, which is not here"
            self.note(document, where, message, broken=False)
        else:
            known = self.roles if self.imports[document.path] else document.roles
            self._known(document, where, one, "role", known)

    def _named(self, document: Document, where: Sequence[str], what: str, one: str) -> None:
        """Follow the id of a part, a parameter or an objective of whatever catalogue is here.

        One that no catalogue here has is broken only where the one that it is of is here.
        """
        known = one in self.ids
        if not known and self._controls_at(document, chooser(document, where)) is None:
            message = f"the catalogue of {what} {cut(one)} is not here"
            self.note(document, where, message, broken=False)
        else:
            self._known(document, where, one, what, self.ids)

    def _uuid(self, document: Document, where: Sequence[str], what: str, one: str) -> None:
        """Follow a uuid: in its document, or in the others where it imports any."""
        imports = self.imports[document.path]
        found = document.kinds.get(one) or (self.uuids.get(one) if imports else None)
        wanted = _LISTS.get(what)
        if found and wanted is not None and wanted not in found:
            self.followed += 1
            self.note(document, where, f"{cut(one)} is no {what}: it is one of {', '.join(found)}")
        elif found is None and self.outside[document.path]:
            message = f"{cut(one)} may be in what it imports, which is not here"
            self.note(document, where, message, broken=False)
        else:
            known = (one,) if found else ()
            self._known(document, where, one, what.replace("-", " "), known)

    def _control(self, document: Document, where: Sequence[str], one: str) -> None:
        known = self._controls_at(document, chooser(document, where))
        if known is None:
            message = f"the catalogue of control {cut(one)} is not here"
            self.note(document, where, message, broken=False)
        else:
            self._known(document, where, one, "control", known)

    def _controls_at(self, document: Document, place: tuple[str, ...]) -> frozenset[str] | None:
        key = (document.path, place)
        if key not in self.controls:
            sources = sources_at(document, place)
            here = None if self.outside[document.path] else self.all or None
            found = self.selected.controls(document, sources) if sources else here
            self.controls[key] = found
        return self.controls[key]

    def _address(self, document: Document, where: Sequence[str], key: str, one: str) -> None:
        if key == "source" and "control-implementations" not in where:
            return
        if one.startswith("#"):
            self._known(document, where, one[1:].lower(), "resource", self.links[document.path])
            return
        path = path_of(document, one)
        if path is None or (path not in self.documents and not _imports(where)):
            message = f"{cut(one)} lies elsewhere, and is not fetched"
            self.note(document, where, message, broken=False)
        else:
            self._known(document, where, path, "document", self.documents)

    def _known(
        self,
        document: Document,
        where: Sequence[str],
        name: str,
        what: str,
        known: Container[str],
    ) -> None:
        self.followed += 1
        if name not in known:
            self.note(document, where, f"there is no {what} {cut(name)}")

    def note(
        self, document: Document, where: Sequence[str], message: str, *, broken: bool = True
    ) -> None:
        self.found.append(Dangling(document.path, place(where), message, broken))


def _linked(document: Document) -> frozenset[str]:
    """Return what an address inside a document may name, in small letters."""
    names = (*document.uuids, *document.ids, *document.controls)
    return frozenset(name.lower() for name in names)


def _imports(where: Sequence[str]) -> bool:
    """Say whether an address has to be a document of OSCAL: what imports, and sources."""
    return any(part.startswith("import") for part in where) or where[-1] == "source"
