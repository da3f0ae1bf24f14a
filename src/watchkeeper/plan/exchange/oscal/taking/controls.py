"""The controls of a catalogue of others: by any source, in groups in groups, with enhancements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.draft.workspace import server_id
from watchkeeper.plan.exchange.foreign import line_of
from watchkeeper.plan.exchange.oscal.checking.document import objects, walk
from watchkeeper.plan.exchange.oscal.names import OURS
from watchkeeper.standards.catalogue import annex_a

_ISO = re.compile(r"\biso\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A control of a catalogue: its id there, its name here, and what is said of it.

    `name` is an id of Annex A where the catalogue is that of ISO/IEC 42001, else one made of its
    id; None where none can be made. `prose` is empty where the words are ISO's. `above` are the
    ids of the controls that it belongs to.
    """

    id: str
    name: str | None
    title: str
    prose: str
    annex_a: tuple[str, ...]
    above: tuple[str, ...]


def controls_in(catalog: Mapping[str, Any]) -> tuple[Found, ...]:
    """Return every control of a catalogue, in its order.

    Where its metadata speaks of ISO, be it in a remark, its words may be ISO's: they are left.
    """
    metadata = catalog.get("metadata")
    said = " ".join(one for _, _, one in walk(metadata) if isinstance(one, str))
    annex = "42001" in title_of(catalog)
    return tuple(_controls(catalog, (), annex=annex, taken=not _ISO.search(said)))


def title_of(document: Mapping[str, Any]) -> str:
    """Return the title of a document."""
    metadata = document.get("metadata")
    return line_of(metadata.get("title")) if isinstance(metadata, Mapping) else ""


def annex_name(id_: str) -> str | None:
    """Return the id of Annex A that an id of a catalogue stands for."""
    return id_.upper() if id_.upper() in annex_a() else None


def ours(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the properties of one name in our namespace."""
    props = objects(holder, "props")
    return [one for one in props if one.get("ns") == OURS and one.get("name") == name]


def _controls(
    holder: Mapping[str, Any], above: tuple[str, ...], *, annex: bool, taken: bool
) -> Iterator[Found]:
    for control in objects(holder, "controls"):
        id_ = control.get("id")
        if isinstance(id_, str):
            yield _found(control, id_, above, annex=annex, taken=taken)
            yield from _controls(control, (*above, id_), annex=annex, taken=taken)
    for group in objects(holder, "groups"):
        yield from _controls(group, above, annex=annex, taken=taken)


def _found(
    control: Mapping[str, Any], id_: str, above: tuple[str, ...], *, annex: bool, taken: bool
) -> Found:
    numbers = [line_of(one.get("value")) for one in ours(control, "annex-a")]
    return Found(
        id=id_,
        name=annex_name(id_) if annex else _name(id_),
        title=line_of(control.get("title")),
        prose=_prose(control) if taken else "",
        annex_a=tuple(number for number in dict.fromkeys(numbers) if number in annex_a()),
        above=above,
    )


def _name(id_: str) -> str | None:
    """Return an id made of a control's: small letters, digits, hyphens; none where it says naught.

    A control of ours whose id begins with a digit goes out with `_` before it.
    """
    return server_id(id_) if re.search(r"[a-z0-9]", id_.lower()) else None


def _prose(control: Mapping[str, Any]) -> str:
    """Return the statement as text, its parts below one another; parameters stay as they are."""
    statements = [part for part in objects(control, "parts") if part.get("name") == "statement"]
    return "\n".join(text for part in statements for text in _texts(part))


def _texts(part: Mapping[str, Any]) -> Iterator[str]:
    said = part.get("prose")
    labels = [one for one in objects(part, "props") if one.get("name") == "label"]
    label = line_of(labels[0].get("value")) if labels else ""
    if isinstance(said, str) and said.strip():
        text = "".join(char for char in said.strip() if char.isprintable() or char == "\n")
        yield f"{label} {text}".strip()
    for inner in objects(part, "parts"):
        if inner.get("name") == "item" or inner.get("name") == "statement":
            yield from _texts(inner)
