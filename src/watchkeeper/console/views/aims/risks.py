"""The risk register as a matrix, with the list beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.console.views.aims.around import around
from watchkeeper.console.views.aims.soa import start_of
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.plan.views.risks import MatrixRow, RiskRow, RisksView, risks_view

SHOWS = ("after", "before")
ROWS = 200


@dataclass(frozen=True, slots=True)
class Risks:
    """The risks of the plan in force; None, and `why`, where there is no register.

    `show` says which matrix is `matrix`: of what is left, or of what was there before treatment.
    The page lists `shown` of the rows from `first` on, `rows_at_once` at most.
    """

    plan: str
    why: str
    show: str
    matrix: tuple[MatrixRow, ...]
    view: RisksView | None
    first: int
    shown: int
    rows_at_once: int = ROWS


async def risks(visit: Visit) -> Risks | Missing:
    """Return the risk register."""
    known = await around(visit)
    asked = visit.query.get("show", "")
    show = asked if asked in SHOWS else SHOWS[0]
    view = None
    if known.register is not None:
        view = risks_view(known.register, known.bundle, visit.now, known.figures)
    matrix = () if view is None else view.before if show == "before" else view.after
    rows = () if view is None else view.rows
    first = _first(visit.query, rows)
    return Risks(known.digest, known.why, show, matrix, view, first, len(rows[first:][:ROWS]))


def _first(query: Mapping[str, str], rows: tuple[RiskRow, ...]) -> int:
    """Return the row at which the page begins that was asked for, or that has a risk by its id."""
    named = query.get("at", "")
    place = next((n for n, row in enumerate(rows) if row.id == named), None)
    if place is None:
        place = start_of(query.get("cursor", ""), max(0, len(rows) - 1))
    return place - place % ROWS
