"""Approvals after which the same was decided otherwise.

Within the plan's `reversal_within` after it, an approval counts as reversed where

- it was taken back, or somebody refused the same action (whoever it was);
- somebody refused another action of the same agent, with the same tool, on the same thing (where
  what it was on can still be told: payloads hold it);
- the agent or the tool was stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from watchkeeper.check.oversight.reading import Asked, Given, Reviews
from watchkeeper.records.administration import ScopeKind
from watchkeeper.records.instant import Instant


def reversed_approvals(reviews: Reviews, asked: Sequence[Asked], seconds: int) -> set[int]:
    """Return the approvals that were reversed, by the `id` of each."""
    refusals: defaultdict[str, list[Instant]] = defaultdict(list)
    for one in asked:
        for given in one.given:
            if not given.approved and one.about:
                refusals[one.about].append(given.at)
    stops: defaultdict[tuple[ScopeKind, str], list[Instant]] = defaultdict(list)
    for at, scope in reviews.stops:
        stops[scope.kind, scope.name].append(at)
    found = set()
    for one in asked:
        against = [
            *refusals[one.about],
            *stops[ScopeKind.AGENT, one.agent],
            *stops[ScopeKind.TOOL, one.action],
            *(given.at for given in one.given if not given.approved),
        ]
        found |= {id(given) for given in one.given if _reversed(given, against, seconds)}
    return found


def _reversed(given: Given, against: Iterable[Instant], seconds: int) -> bool:
    if not given.approved:
        return False
    end = given.at.plus(seconds)
    return given.withdrawn or any(given.at < at <= end for at in against)
