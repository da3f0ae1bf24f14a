"""What the pages of the management system look at: the plan's register, and what the log shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from watchkeeper import wiring
from watchkeeper.console.visit import Visit
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.aims import Picture, figures_in, picture_of, register_in_force
from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import Figures
from watchkeeper.records.plan.bundle import Bundle

_HOUR = 3_600_000_000
_TRIES = 5
PATIENCE = 3.0
"""Seconds that a page waits for a long log to be read; it is read on meanwhile."""
NOT_YET = "The log is still being read: look again for what it shows."
NOT_NAMED = "The plan in force names no register: it has no records of the management system."
NOT_HERE = "The register of the plan in force is not here: it was erased, or is not the one named."


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of one plan, all of it of that same plan, whatever was released meanwhile.

    `register` and `picture` are None where they can not be had, `why` says so.
    """

    digest: str
    bundle: Bundle
    register: Register | None
    why: str
    picture: Picture | None
    figures: Figures | None


async def around(visit: Visit) -> Around:
    """Return what is known, worked out once for a plan, the log's size and the hour."""
    home, shard = visit.home, visit.home.log.shard
    plan, register = await _in_force(visit)
    why = "" if register is not None else NOT_HERE
    if plan.bundle.management is None:
        why = NOT_NAMED
    known = partial(Around, plan.digest, plan.bundle, register)
    key = (shard, home.log.size_of(shard), visit.now // _HOUR)
    looking = asyncio.ensure_future(
        visit.aims.picture.get(key, lambda: _looked(visit, plan.digest, register), of=plan.digest)
    )
    await asyncio.wait({looking}, timeout=PATIENCE)
    if looking.done():
        return known(why, *looking.result())
    visit.aims.keep(looking)
    return known(why or NOT_YET, None, None)


async def _in_force(visit: Visit) -> tuple[Enforcer, Register | None]:
    """Return the plan in force and its register; once more where another came meanwhile."""
    home = visit.home
    for _ in range(_TRIES):
        plan = home.enforcer
        register = await visit.aims.register.get(
            plan.digest, partial(register_in_force, home, plan), of=plan.digest
        )
        if plan is home.enforcer:
            break
    return plan, register


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
