"""Which controls an import of a profile chooses: by id, by pattern, with what belongs to them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.foreign import line_of
from watchkeeper.plan.exchange.oscal.checking.document import objects
from watchkeeper.plan.exchange.oscal.taking.controls import Found

MOST_PATTERNS = 100
"""A profile has a handful; each is held against every control."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ids and patterns that are chosen, and those chosen with what belongs to them."""

    ids: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    above: frozenset[str]
    patterns_above: tuple[re.Pattern[str], ...]

    def takes(self, control: Found) -> bool:
        """Say whether a control is chosen, by itself or with one that it belongs to."""
        if control.id in self.ids or any(one.match(control.id) for one in self.patterns):
            return True
        if not self.above and not self.patterns_above:
            return False
        return any(
            id_ in self.above or any(one.match(id_) for one in self.patterns_above)
            for id_ in control.above
        )


def check_patterns(profile: Mapping[str, Any]) -> None:
    """Count the patterns of a profile, over all that it imports, before any is made.

    Raises:
        ImportRefused: it has more of them than are read.
    """
    selections = (
        selection
        for imported in objects(profile, "imports")
        for key in ("include-controls", "exclude-controls")
        for selection in objects(imported, key)
    )
    if sum(len(objects(one, "matching")) for one in selections) > MOST_PATTERNS:
        message = f"a profile with more than {MOST_PATTERNS} patterns"
        raise ImportRefused(message, "name the controls by id")


def chosen_by(selections: Sequence[Mapping[str, Any]]) -> Chosen:
    """Return what a list of selections chooses; `check_patterns` has counted its patterns."""
    own, above = set(), set()
    patterns, patterns_above = [], []
    for selection in selections:
        found = selection.get("with-ids")
        ids = [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
        matching = objects(selection, "matching")
        made = [re.compile(fnmatch.translate(line_of(one.get("pattern")))) for one in matching]
        own.update(ids)
        patterns += made
        if selection.get("with-child-controls") == "yes":
            above.update(ids)
            patterns_above += made
    return Chosen(frozenset(own), tuple(patterns), frozenset(above), tuple(patterns_above))
