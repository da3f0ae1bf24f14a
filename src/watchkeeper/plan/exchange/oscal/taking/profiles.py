"""What a profile of others decides: which controls are in, which are out, which it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.foreign import line_of
from watchkeeper.plan.exchange.oscal.checking.document import read_document
from watchkeeper.plan.exchange.oscal.checking.selection import path_of
from watchkeeper.plan.exchange.oscal.taking.chosen import Chosen, chosen_by
from watchkeeper.plan.exchange.oscal.taking.controls import (
    Found,
    controls_in,
    listed,
    ours,
)

Documents = Mapping[str, Mapping[str, Any]]
_WEIGHT = {"undetermined": 0, "out": 1, "in": 2}
"""Of several imports of one profile: what one brings in is in, whatever the others leave out."""


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
    deciding = _Deciding(profile)
    found: dict[str, Decided] = {}
    for imported in listed(profile, "imports"):
        out = chosen_by(listed(imported, "exclude-controls"))
        included = chosen_by(listed(imported, "include-controls"))
        everything = "include-all" in imported
        for control in _imported(documents, path, imported):
            says = deciding.says(control, out, None if everything else included)
            if control.name is not None and _is_more(says, found.get(control.name)):
                found[control.name] = says
    return found


def _is_more(says: Decided, before: Decided | None) -> bool:
    return before is None or _WEIGHT[says.applicable] > _WEIGHT[before.applicable]


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


class _Deciding:
    """A profile, with its reasons looked up by control once."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        metadata, modify = profile.get("metadata"), profile.get("modify")
        self.excluded: dict[str, str] = {}
        for one in ours(metadata, "excluded") if isinstance(metadata, Mapping) else []:
            self.excluded.setdefault(line_of(one.get("value")), line_of(one.get("remarks")))
        self.reasons: dict[str, str] = {}
        for alter in listed(modify, "alters") if isinstance(modify, Mapping) else []:
            for added in listed(alter, "adds"):
                for said in ours(added, "justification"):
                    id_ = line_of(alter.get("control-id"))
                    self.reasons.setdefault(id_, line_of(said.get("value")))

    def says(self, control: Found, out: Chosen, included: Chosen | None) -> Decided:
        """Take the reason; never the word of a document that something is implemented."""
        if out.takes(control):
            why = self.excluded.get(control.name or "") or "say: why it is out"
            return Decided("out", why, "not-applicable")
        if included is None or included.takes(control):
            why = self.reasons.get(control.id) or "say: why it is in"
            return Decided("in", why, "not-implemented")
        return Decided("undetermined", "", "not-implemented")
