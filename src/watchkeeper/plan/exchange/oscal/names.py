"""What every OSCAL document of ours has: identifiers, properties, metadata (OSCAL 1.2.1).

An identifier is a UUID version 5 (RFC 9562, 5.5) of the log's origin and a path, so that the same
plan gives the same bytes, and a thing keeps its identifier from one export to the next.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.plan.exchange.said import Said
from watchkeeper.records.instant import Instant

OSCAL = "1.2.1"
OURS = "urn:x-watchkeeper:oscal"
"""The namespace of properties that only we have; nothing is fetched from it."""
ISO, OWN = "iso42001", "own"
CATALOGS = {name: f"catalogs/{name}/catalog.json" for name in (ISO, OWN)}
PROFILE = "profiles/soa/profile.json"
COMPONENTS = "component-definitions/watchkeeper/component-definition.json"
ITEMS = "plan-of-action-and-milestones/open/plan-of-action-and-milestones.json"
OWNER = "owner"
_UP = "../../"
"""From a document's folder to that of the whole export."""
_TRESTLE = "trestle://"


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes identifiers for one origin, and remembers which parties a document named."""

    said: Said
    at: Instant
    trestle: bool = False
    parties: set[str] = field(default_factory=set)

    def uuid(self, *path: str) -> str:
        """Return the identifier of what stands at `path`."""
        mine = uuid.uuid5(uuid.NAMESPACE_URL, f"watchkeeper:{self.said.aims.origin}")
        return str(uuid.uuid5(mine, "\x1f".join(path)))

    def address(self, path: str) -> str:
        """Return how one document points at another: relative to itself, as OSCAL has it.

        `compliance-trestle` takes a relative address for one relative to where it was started, so
        for it there is its own scheme.
        """
        return (_TRESTLE if self.trestle else _UP) + path

    def party(self, person: str) -> str:
        """Return the identifier of a person of the plan, who is then named as a party."""
        self.parties.add(person)
        return self.uuid("party", person)

    def responsible(self, person: str) -> list[dict[str, Any]]:
        """Say who owns something; nobody where the plan does not know the person."""
        if person not in {one.id for one in self.said.aims.people}:
            return []
        return [{"role-id": OWNER, "party-uuids": [self.party(person)]}]

    def metadata(self, title: str, **more: Any) -> dict[str, Any]:
        """Return the head of a document. Called last, once its parties are known."""
        people = {one.id: one.name for one in self.said.aims.people}
        parties = [
            {"uuid": self.uuid("party", name), "type": "person", "name": line(people[name])}
            for name in sorted(self.parties)
        ]
        return filled(
            {
                "title": line(title),
                "last-modified": str(self.at),
                "version": self.said.plan,
                "oscal-version": OSCAL,
                "props": more.pop("props", []),
                "roles": [{"id": OWNER, "title": "Owner"}] if parties else [],
                "parties": parties,
                **more,
            }
        )


def prop(name: str, value: str, remarks: str = "", group: str = "") -> dict[str, Any]:
    """Return a property in our namespace; those of one `group` belong together."""
    said = {"name": name, "ns": OURS, "value": line(value), "group": group}
    return filled({**said, "remarks": remarks.strip()})


def label(value: str) -> dict[str, Any]:
    """Return OSCAL's own property for how people write an identifier."""
    return {"name": "label", "value": value}


def line(text: str) -> str:
    """Return text as one line without ends of white space, as titles and values must be."""
    return " ".join(text.split()) or "-"


def control_id(name: str) -> str:
    """Return a control's identifier as OSCAL takes it: a token that begins with a letter or `_`."""
    if name.startswith("A."):
        return name.lower()
    return name if name[:1].isalpha() else f"_{name}"


def filled(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing: OSCAL has no empty lists and no empty text."""
    return {name: one for name, one in value.items() if one not in ("", None, [], {})}


def sorted_unique(names: Iterable[str]) -> list[str]:
    """Return names once each, in order."""
    return sorted(set(names))
