"""Grants: what an agent may do, up to where, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.plan.bounds import Budget


@dataclass(frozen=True, slots=True)
class Band:
    """Limits on one numeric argument, as decimal strings, inclusive.

    Alone up to `alone`, with review up to `review`, never beyond. `least` is the lower bound.
    `argument` is a dotted path below `context.args`, or `derived.<name>`.
    """

    argument: str
    alone: str
    review: str | None = None
    least: str = "0"


@dataclass(frozen=True, slots=True)
class Delegable:
    """To which agents a grant may be lent, up to which values (decimals), for how long at most."""

    to: tuple[str, ...]
    most: Mapping[str, str] = field(default_factory=dict)
    until_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Bounded authority: who granted which agent which actions, within which limits.

    `actions` are `server/tool`. Compiles to one permit (policy id `grant.<id>`), and to one
    review (`grant.<id>.review`) where a band has a review part. Where `mandate` is `required` it
    permits only what an open task covers. For each agent that it may be lent to there is a further
    permit, `grant.<id>.to.<agent>`, with the same conditions and what `delegable` says.
    """

    id: str
    agent: str
    granted_by: str
    control: str
    actions: tuple[str, ...]
    valid_until: str | None = None
    bands: tuple[Band, ...] = ()
    budgets: tuple[Budget, ...] = ()
    review_role: str | None = None
    mandate: str | None = None
    delegable: Delegable | None = None
