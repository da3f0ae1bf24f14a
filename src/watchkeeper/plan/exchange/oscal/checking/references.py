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
    chooser,
    controls_of,
    imports_in_a_circle,
    path_of,
    sources_at,
)

_CONTROLS = ("control-id", "with-ids")
_ROLES = ("role-id", "role-ids")
_ADDRESSES = ("href", "source")
_ELSEWHERE = ("subject-uuid", "component-uuid", "implementation-uuid", "actor-uuid")
"""What may name something that an imported document defines."""


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
    checking = _Checking({path: read_document(path, one) for path, one in documents.items()})
    checking.check()
    found = sorted(set(checking.found), key=lambda one: (not one.broken, one.file, one.where))
    return Checked(tuple(found), len(documents), checking.followed)


class _Checking:
    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.found: list[Dangling] = []
        self.followed = 0
        self.uuids = {uuid for one in documents.values() for uuid in one.uuids}
        self.all = frozenset(name for one in documents.values() for name in one.controls)
        self.controls: dict[tuple[str, tuple[str, ...]], frozenset[str] | None] = {}
        self.ids = {name for one in documents.values() for name in (*one.ids, *one.controls)}

    def check(self) -> None:
        for document in self.documents.values():
            if not document.kind:
                self.note(document, (), "is none of the models of OSCAL")
                continue
            self._twice(document)
            if document.kind == "profile" and imports_in_a_circle(self.documents, document):
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
        seen: dict[str, tuple[str, Document]] = {}
        for document in self.documents.values():
            for name, kind in document.kinds.items():
                first, other = seen.setdefault(name, (kind, document))
                if other is not document and (first != kind or kind == ""):
                    self.note(document, (), f"the uuid {cut(name)} is already in {other.path}")

    def _follow(self, document: Document, where: Sequence[str], key: str, one: str) -> None:
        if key in _CONTROLS:
            self._control(document, where, one)
        elif key in _ROLES:
            self._known(document, where, one, "role", document.roles)
        elif key in _ADDRESSES:
            self._address(document, where, key, one)
        elif key in {"param-id", "target-id", "statement-id", "statement-ids", "objective-id"}:
            self._known(document, where, one, key.partition("-")[0], self.ids)
        elif key.endswith(("-uuid", "-uuids")):
            what = key.removesuffix("s").removesuffix("-uuid").replace("-", " ")
            known = self.uuids if key in _ELSEWHERE else document.uuids
            self._known(document, where, one.lower(), what, known)

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
            found = controls_of(self.documents, document, sources) if sources else self.all
            self.controls[key] = found
        return self.controls[key]

    def _address(self, document: Document, where: Sequence[str], key: str, one: str) -> None:
        if key == "source" and "control-implementations" not in where:
            return
        if one.startswith("#"):
            names = {name.lower() for name in (*document.uuids, *document.ids, *document.controls)}
            self._known(document, where, one[1:].lower(), "resource", names)
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


def _imports(where: Sequence[str]) -> bool:
    """Say whether an address has to be a document of OSCAL: what imports, and sources."""
    return any(part.startswith("import") for part in where) or where[-1] == "source"
