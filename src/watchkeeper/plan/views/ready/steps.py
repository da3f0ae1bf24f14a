"""The steps of the path, as data."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files

from watchkeeper.plan.workspace.yaml_tree import parse_yaml


@dataclass(frozen=True, slots=True)
class Step:
    """A step: how many weeks before stage 2 it is due, what it follows, how many weeks it lasts."""

    id: str
    clause: str
    what: str
    weeks: int
    after: tuple[str, ...] = ()
    lasts: int = 0


@functools.cache
def steps() -> tuple[Step, ...]:
    """Return the steps in the order in which they follow one another."""
    text = files("watchkeeper.plan.views.ready").joinpath("ready_steps.yaml").read_text("utf-8")
    return tuple(
        Step(
            id=row["id"],
            clause=row["clause"],
            what=row["what"],
            weeks=row["weeks"],
            after=tuple(row.get("after", ())),
            lasts=row.get("lasts", 0),
        )
        for row in parse_yaml(text).value["steps"]
    )
