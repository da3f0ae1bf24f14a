"""What the pages of the management system look at: the plan's register, and what the log shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from watchkeeper import wiring
from watchkeeper.console.visit import Visit
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.aims import Picture, figures_in, picture_of, register_in_force
from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import Figures

_HOUR = 3_600_000_000
PATIENCE = 3.0
"""Seconds that a page waits for a long log to be read; it is read on meanwhile."""
NOT_YET = "The log is still being read: look again for what it shows."
NOT_NAMED = "The plan in force names no register: it has no records of the management system."
NOT_HERE = "The register of the plan in force is not here: it was erased, or is not the one named."


@dataclass(frozen=True, slots=True)
class Around:
    """What is known: `register` and `picture` are None where they can not be had, `why` says so."""

    register: Register | None
    why: str
    picture: Picture | None
    figures: Figures | None


async def around(visit: Visit) -> Around:
    """Return what is known, worked out once for a plan, the log's size and the hour."""
    home, shard = visit.home, visit.home.log.shard
    plan = home.enforcer.digest
    register = await visit.aims.register.get(plan, lambda: register_in_force(home))
    why = "" if register is not None else NOT_HERE
    if visit.plan.management is None:
        why = NOT_NAMED
    key = (plan, shard, home.log.size_of(shard), visit.now // _HOUR)
    looking = asyncio.ensure_future(
        visit.aims.picture.get(key, lambda: _looked(visit, plan, register))
    )
    await asyncio.wait({looking}, timeout=PATIENCE)
    if looking.done():
        return Around(register, why, *looking.result())
    visit.aims.keep(looking)
    return Around(register, why or NOT_YET, None, None)


def _looked(
    visit: Visit, plan: str, register: Register | None
) -> tuple[Picture | None, Figures | None]:
    """Look at the home's own log; what can not be read is not there, and no page fails for it."""
    path = visit.surface.path
    try:
        picture = picture_of(
            wiring.read_entries(path), wiring.bundles(path), plan, visit.now, register
        )
        sound = wiring.verified(path).sound
    except (WatchkeeperError, OSError):
        return None, None
    figures = figures_in(picture)
    return picture, replace(figures, origin="captured") if sound else figures
