"""What the plan and the home's records say of the management system at a moment."""

from __future__ import annotations

from watchkeeper.do.state.parts import PlanVerdicts
from watchkeeper.loop.home import Home
from watchkeeper.loop.standing import Standing
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.management.state import AimsState, Topic, Watched


def aims_of(home: Home, system: str, at: Instant) -> AimsState | None:
    """Return what counts for a system now, None under a plan that says nothing of it.

    To what the plan says, the records add the emergency releases that nobody looked at yet.
    """
    return home.enforcer.aims(system, at, reviews_of(home))


def reviews_of(standing: Standing) -> tuple[Watched, ...]:
    """Return the emergency releases that nobody looked at yet, each from when on it counts."""
    found = standing.state.part(PlanVerdicts).open
    return tuple(Watched(Topic.RELEASE_REVIEW, one.plan, until=one.review_by) for one in found)
