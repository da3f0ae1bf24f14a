"""One thing that is wider, and numbers that are higher."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.numbers import number


@dataclass(frozen=True, slots=True)
class Wider:
    """What is wider, in words, and in which systems; none where it belongs to no system."""

    words: str
    systems: frozenset[str] = frozenset()


def is_more(now: str | int | None, was: str | int | None) -> bool:
    """Tell whether a cap lets more fit; None is no cap.

    Of what is no number that can not be told; step 12 finds it.
    """
    if now is None or was is None:
        return now is None and was is not None
    one, other = number(now), number(was)
    return one is not None and other is not None and one > other


def by_id(found: Iterable[Any]) -> dict[str, Any]:
    """Return things by their ids; those that share one are left out, as nobody knows which is."""
    every = tuple(found)
    times = Counter(one.id for one in every)
    return {one.id: one for one in every if times[one.id] == 1}


def systems_of(agents: Iterable[str], *plans: Bundle) -> frozenset[str]:
    """Return the systems of some agents in any of the plans."""
    names = set(agents)
    return frozenset(one.system for plan in plans for one in plan.agents if one.id in names)
