"""The scope: what the management system covers, and every AI system of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.views.aims.around import around
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.plan.views.scope import ScopeView, scope_view


@dataclass(frozen=True, slots=True)
class Systems:
    """The scope of the plan in force; `why` says what of it is not known."""

    plan: str
    why: str
    view: ScopeView


async def systems(visit: Visit) -> Systems | Missing:
    """Return the scope, and what was seen that is in no inventory."""
    known = await around(visit)
    view = scope_view(known.register, known.bundle, visit.now, known.figures)
    return Systems(known.digest, known.why, view)
