"""Pieces of a home's state: each takes the records that concern it, and keeps itself as JSON."""

from __future__ import annotations

from watchkeeper.do.state.parts.absences import Absences, Away
from watchkeeper.do.state.parts.channels import Channels
from watchkeeper.do.state.parts.delegations import Delegations
from watchkeeper.do.state.parts.frame import Part
from watchkeeper.do.state.parts.history import Happenings
from watchkeeper.do.state.parts.mandates import Mandates
from watchkeeper.do.state.parts.passkeys import Passkeys
from watchkeeper.do.state.parts.plan_verdicts import Given, PlanVerdicts
from watchkeeper.do.state.parts.planted import Plant, Planted
from watchkeeper.do.state.parts.standing import Ahead, Standings

__all__ = [
    "PARTS",
    "Absences",
    "Ahead",
    "Away",
    "Channels",
    "Delegations",
    "Given",
    "Happenings",
    "Mandates",
    "Part",
    "Passkeys",
    "PlanVerdicts",
    "Plant",
    "Planted",
    "Standings",
]

PARTS: tuple[type[Part], ...] = (
    Passkeys,
    Planted,
    Channels,
    Mandates,
    Delegations,
    Happenings,
    Standings,
    Absences,
    PlanVerdicts,
)
"""Every piece; a state that was kept before one of them was made goes on with an empty one."""
