"""One OSCAL document as it is read for its references: what it defines, and all that it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import cut
from watchkeeper.plan.exchange.foreign import Bounds

Documents = Mapping[str, Mapping[str, Any]]
"""From the path of a document, with `/`, to what it says."""

BOUNDS = Bounds(
    most_bytes=64 * 1024 * 1024,
    deepest=60,
    advice="it is read in JSON, as UTF-8: convert XML, YAML and other encodings first",
)
ROOTS = (
    "catalog",
    "profile",
    "component-definition",
    "system-security-plan",
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
    "mapping-collection",
)
_NAMED = ("groups", "parts", "params")
"""What else has an `id` that others may point at."""


@dataclass(slots=True)
class Document:
    """What one document defines, by name, and all that it says.

    `kinds` are the lists that each uuid stands in: `risks`, `parties`; empty for the document's.
    `lies` says where each resource of the back matter lies, by its uuid in small letters.
    """

    path: str
    kind: str
    body: Mapping[str, Any]
    uuids: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    controls: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    lies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_document(path: str, value: Mapping[str, Any]) -> Document:
    """Take down what a document defines; its kind is empty where it is no one model of OSCAL."""
    roots = [root for root in ROOTS if isinstance(value.get(root), Mapping)]
    kind = roots[0] if len(roots) == 1 else ""
    document = Document(path, kind, value.get(kind, {}) if kind else {})
    for where, key, one in walk(document.body):
        _note(document, where, key, one)
    document.lies = _resources(document.body)
    return document


def objects(holder: Any, key: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list that something foreign holds; nothing where it has none."""
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _resources(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in objects(body.get("back-matter"), "resources"):
        links = (link.get("href") for link in objects(one, "rlinks"))
        lies = tuple(link for link in links if isinstance(link, str))
        found.setdefault(str(one.get("uuid")).lower(), lies)
    return found


def _note(document: Document, where: tuple[str, ...], key: str, one: Any) -> None:
    if not isinstance(one, str):
        return
    holder = _named(where[:-1])
    if key == "uuid":
        name = one.lower()
        document.uuids[name] += 1
        document.kinds.setdefault(name, set()).add(holder)
    elif key == "id" and holder == "controls":
        document.controls[one] += 1
    elif key == "id" and holder == "roles":
        document.roles[one] += 1
    elif key == "id" and holder in _NAMED:
        document.ids[one] += 1


def walk(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Yield every plain value with its place and the key that it stands under.

    Whoever parsed the document has bounded how deep it nests.
    """
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from walk(one, (*where, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from walk(one, (*where, str(number)))
    else:
        yield where, _named(where), value


def place(where: Sequence[str]) -> str:
    """Render a place as a path into the document, its foreign keys made fit to be shown."""
    return cut("/".join(where), 300).strip("`") or "the document"


def _named(where: tuple[str, ...]) -> str:
    """Return the last part of a place that is no number: the key that a list stands under."""
    return next((part for part in reversed(where) if not part.isdigit()), "")
