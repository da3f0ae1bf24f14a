"""What makes a starting point somebody's own: who they are, and the days from which it counts.

Values are put into the parsed file, never into its text, so that no name can break it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from watchkeeper.plan.draft.editing import change_values

WRITTEN: Final = date(2026, 1, 1)
"""The day for which the starting points are written: days in them count from it."""
PERSON: Final = "me"
"""The person of the starting points, whoever it will be."""


@dataclass(frozen=True, slots=True)
class Own:
    """Whose workspace it is: names as free text, `person` an id, `origin` the log's name."""

    organisation: str
    origin: str
    person: str = PERSON
    name: str = "Me"
    stage: str = "demonstration"


def make_own(
    document: CommentedMap, file: str, own: Own, today: date, server: Sequence[str]
) -> None:
    """Change a parsed file of a starting point: its person, its days, and what it says of both."""
    shift = today - WRITTEN

    def changed(value: Any) -> Any:
        if value == PERSON and isinstance(value, str):
            return own.person
        if isinstance(value, date) and not isinstance(value, datetime):
            return value + shift
        return value

    change_values(document, changed)
    if file == "aims.yaml":
        document["organisation"], document["origin"] = own.organisation, own.origin
        document["stage"] = own.stage
        document["people"][0]["name"] = own.name
    elif file.startswith("systems/"):
        document["stage"] = own.stage
    elif file.startswith("tools/"):
        command = CommentedSeq(server)
        command.fa.set_flow_style()
        document["command"] = command
