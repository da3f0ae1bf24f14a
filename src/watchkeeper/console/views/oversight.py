"""How people decide: figures from the records, for whom they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.check.oversight import Oversight, for_person, oversight_of
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.errors import LedgerError
from watchkeeper.records.instant import Instant


@dataclass(frozen=True, slots=True)
class OversightSeen:
    """The figures as of `at`, as far as the person who looks may see them.

    With the role `operate` those of every reviewer, else one's own; `names` are what people call
    them.
    """

    at: Instant
    figures: Oversight
    names: Mapping[str, str]


async def oversight(visit: Visit) -> OversightSeen | Missing:
    """Return the figures of how people decide."""
    try:
        reviews = await visit.reviewing.reviews()
    except LedgerError as error:
        return Missing(f"the records can not be read: {error.message}")
    found = oversight_of(reviews, visit.plan.oversight)
    seen = for_person(found, visit.person, operates=visit.may("operate"))
    names = {one.reviewer: visit.name_of(one.reviewer) for one in seen.reviewers}
    return OversightSeen(visit.now, seen, names)
