"""How much of their authority agents have used: the windows of their grants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from watchkeeper.console.visit import Visit
from watchkeeper.console.words import many
from watchkeeper.loop.inbox import Bar as Held
from watchkeeper.loop.inbox import bars_of as held_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bounds import SHARED


@dataclass(frozen=True, slots=True)
class Bar:
    """One cap of one window: how much is used of how much; `unit` is the summed argument.

    Numbers are decimals as text; `share` is of a thousand, at most that. `resets` is set where the
    window begins again on a day.
    """

    grant: str
    window: str
    used: str
    cap: str
    unit: str
    share: int
    resets: Instant | None


def bars_of(visit: Visit, agent: str, action: str | None = None) -> tuple[Bar, ...]:
    """Return the bars of an agent's grants as they stand now; of those for one action alone."""
    found = held_of(visit.home, agent, action, visit.home.now())
    return tuple(_bar(one) for one in found)


def _bar(held: Held) -> Bar:
    used, cap = Decimal(held.used), Decimal(held.cap)
    share = 1000 if cap <= 0 else min(1000, max(0, int(used * 1000 / cap)))
    of = held.grant.removeprefix(SHARED)
    unit = held.unit if of == held.grant else f"{held.unit} of {of}, shared"
    return Bar(held.grant, _window(held), held.used, held.cap, unit, share, held.resets)


def _window(held: Held) -> str:
    days, rest = divmod(held.seconds, 86_400)
    if held.calendar is not None:
        return f"this {held.calendar.value} ({held.zone})"
    if held.zone is not None:
        return f"{'today' if days <= 1 else f'{days} calendar days'} ({held.zone})"
    if not rest:
        return "the last 24 hours" if days == 1 else f"the last {days} days"
    hours, rest = divmod(held.seconds, 3_600)
    if not rest:
        return "the last hour" if hours == 1 else f"the last {hours} hours"
    return f"the last {many(max(1, held.seconds // 60), 'minute', 'minutes')}"
