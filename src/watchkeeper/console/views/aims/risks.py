"""The risk register as a matrix, with the list beside it."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.aims.around import around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.plan.views.risks import MatrixRow, RisksView, risks_view

SHOWS = ("after", "before")


@dataclass(frozen=True, slots=True)
class Risks:
    """The risks of the plan in force; None, and `why`, where there is no register.

    `show` says which matrix is `matrix`: of what is left, or of what was there before treatment.
    """

    plan: str
    why: str
    show: str
    matrix: tuple[MatrixRow, ...]
    view: RisksView | None


async def risks(visit: Visit) -> Risks | Missing:
    """Return the risk register."""
    known = await around(visit)
    asked = visit.query.get("show", "")
    show = asked if asked in SHOWS else SHOWS[0]
    view = None
    if known.register is not None:
        view = risks_view(known.register, known.bundle, visit.now, known.figures)
    matrix = () if view is None else view.before if show == "before" else view.after
    return Risks(known.digest, known.why, show, matrix, view)
