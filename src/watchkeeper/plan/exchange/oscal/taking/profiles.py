"""What a profile of others decides: which controls are in, which are out, which it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.foreign import line_of
from watchkeeper.plan.exchange.oscal.checking.document import Document, objects
from watchkeeper.plan.exchange.oscal.checking.selection import Among, target_of
from watchkeeper.plan.exchange.oscal.taking.chosen import Chosen, check_patterns, chosen_by
from watchkeeper.plan.exchange.oscal.taking.controls import Found, ours

Controls = Mapping[str, tuple[Found, ...]]
_Brought = tuple[Mapping[str, Any], tuple[Found, ...]]
MOST_DECIDED = 500_000
"""What one profile may ask for: each import decides of every control of its catalogue."""
_WEIGHT = {"undetermined": 0, "out": 1, "in": 2}
"""Of several imports of one profile: what one brings in is in, whatever the others leave out."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a profile says of one control, by the control's name here."""

    applicable: str
    why: str
    status: str


def decided_by(among: Among, path: str, controls: Controls) -> dict[str, Decided]:
    """Return what the profile at `path` decides of the controls that it imports.

    `among` are the documents as they were read, `controls` those of each catalogue by its path.

    Raises:
        ImportRefused: what it imports is not here, and is never fetched; or it asks for too much.
    """
    profile = among[path].body
    check_patterns(profile)
    brought = _brought_in(among, among[path], controls)
    deciding = _Deciding(profile)
    found: dict[str, Decided] = {}
    for imported, inside in brought:
        out = chosen_by(objects(imported, "exclude-controls"))
        included = chosen_by(objects(imported, "include-controls"))
        everything = "include-all" in imported
        for control in inside:
            says = deciding.says(control, out, None if everything else included)
            if control.name is not None and _is_more(says, found.get(control.name)):
                found[control.name] = says
    return found


def _is_more(says: Decided, before: Decided | None) -> bool:
    return before is None or _WEIGHT[says.applicable] > _WEIGHT[before.applicable]


def _brought_in(among: Among, profile: Document, controls: Controls) -> list[_Brought]:
    """Return what a profile imports, each with the controls that it brings in."""
    found = []
    for imported in objects(profile.body, "imports"):
        href = imported.get("href")
        target = target_of(among, profile, href) if isinstance(href, str) else None
        if target is None or target.path not in controls:
            raise ImportRefused(
                f"the profile {cut(profile.path)} imports {cut(href)}, which is no catalogue here",
                "name the folder that holds both; nothing is fetched",
            )
        found.append((imported, controls[target.path]))
    if sum(len(inside) for _, inside in found) > MOST_DECIDED:
        message = f"the profile {cut(profile.path)} imports the same controls over and over"
        raise ImportRefused(message, "name them in one import")
    return found


class _Deciding:
    """A profile, with its reasons looked up by control once."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        metadata, modify = profile.get("metadata"), profile.get("modify")
        self.excluded: dict[str, str] = {}
        for one in ours(metadata, "excluded") if isinstance(metadata, Mapping) else []:
            self.excluded.setdefault(line_of(one.get("value")), line_of(one.get("remarks")))
        self.reasons: dict[str, str] = {}
        for alter in objects(modify, "alters") if isinstance(modify, Mapping) else []:
            for added in objects(alter, "adds"):
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
