"""Clause by clause what is written down, and beside it what the log shows."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.aims.around import around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.loop.commands.asked import OPERATE
from watchkeeper.plan.views.clauses.view import ClausesView, clauses_view


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of the plan in force; None, and `why`, where there is no register.

    `lacking` are those that ask for something that is not there as it should be. `origin` says how
    what the log shows came to be.
    """

    plan: str
    why: str
    origin: str
    lacking: tuple[str, ...]
    view: ClausesView | None


async def clauses(visit: Visit) -> Clauses | Missing:
    """Return the clauses, from 4.1 to 10.2; whose evidence lapsed is named to who operates."""
    known = await around(visit)
    view = None
    if known.register is not None:
        view = clauses_view(
            known.register,
            known.bundle,
            visit.now,
            known.figures,
            names=visit.may(OPERATE),
        )
    lacking = tuple(row.clause for row in view.lacking) if view is not None else ()
    origin = known.figures.origin if known.figures is not None else ""
    return Clauses(known.digest, known.why, origin, lacking, view)
