"""What a profile of others decides: which controls are in, which are out, which it leaves open."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.oscal.checking.document import read_document
from watchkeeper.plan.exchange.oscal.checking.selection import path_of
from watchkeeper.plan.exchange.oscal.taking.controls import (
    Found,
    controls_in,
    line_of,
    listed,
    ours,
)

Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a profile says of one control, by the control's name here."""

    applicable: str
    why: str
    status: str


def decided_by(documents: Documents, path: str) -> dict[str, Decided]:
    """Return what the profile at `path` decides of the controls that it imports.

    Raises:
        ImportRefused: what it imports is not here, and is never fetched.
    """
    profile = documents[path]["profile"]
    found: dict[str, Decided] = {}
    for imported in listed(profile, "imports"):
        for control in _imported(documents, path, imported):
            if control.name is not None:
                found[control.name] = _decided(profile, imported, control)
    return found


def _imported(documents: Documents, path: str, imported: Mapping[str, Any]) -> tuple[Found, ...]:
    href = imported.get("href")
    holder = read_document(path, documents[path])
    target = path_of(holder, href) if isinstance(href, str) else None
    catalog = documents.get(target, {}).get("catalog") if target is not None else None
    if not isinstance(catalog, Mapping):
        raise ImportRefused(
            f"the profile {cut(path)} imports {cut(href)}, which is no catalogue here",
            "name the folder that holds both; nothing is fetched",
        )
    return controls_in(catalog)


def _decided(profile: Mapping[str, Any], imported: Mapping[str, Any], control: Found) -> Decided:
    if _selects(listed(imported, "exclude-controls"), control):
        return Decided("out", _why_out(profile, control), "not-applicable")
    everything = "include-all" in imported
    if everything or _selects(listed(imported, "include-controls"), control):
        return _why_in(profile, control)
    return Decided("undetermined", "", "not-implemented")


def _selects(selections: list[Mapping[str, Any]], control: Found) -> bool:
    for selection in selections:
        names = _texts(selection, "with-ids")
        patterns = [line_of(one.get("pattern")) for one in listed(selection, "matching")]
        with_children = selection.get("with-child-controls") == "yes"
        for id_ in (control.id, *(control.above if with_children else ())):
            if id_ in names or any(fnmatch.fnmatchcase(id_, pattern) for pattern in patterns):
                return True
    return False


def _why_out(profile: Mapping[str, Any], control: Found) -> str:
    metadata = profile.get("metadata")
    said = ours(metadata, "excluded") if isinstance(metadata, Mapping) else []
    for one in said:
        if one.get("value") == control.name:
            return line_of(one.get("remarks")) or "say: why it is out"
    return "say: why it is out"


def _why_in(profile: Mapping[str, Any], control: Found) -> Decided:
    """Take the reason; never the word of a document that something is implemented."""
    modify = profile.get("modify")
    alters = listed(modify, "alters") if isinstance(modify, Mapping) else []
    added = [
        one
        for alter in alters
        if alter.get("control-id") == control.id
        for one in listed(alter, "adds")
    ]
    said = [line_of(one.get("value")) for each in added for one in ours(each, "justification")]
    return Decided("in", next(iter(said), "") or "say: why it is in", "not-implemented")


def _texts(holder: Mapping[str, Any], key: str) -> list[str]:
    found = holder.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
