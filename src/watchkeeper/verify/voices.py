"""Whose approvals count beside each other: no two that can come from one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchkeeper.errors import cut


@dataclass(frozen=True, slots=True)
class Voice:
    """An approval that counts; `behind` is everybody who could have given it."""

    person: str
    role: str
    behind: frozenset[str]


def voice(person: str, role: str, *others: str | None) -> Voice:
    """Return the voice of a person, behind which these others may stand, where there are any."""
    return Voice(person, role, frozenset({person, *(other for other in others if other)}))


def coverage_problem(roles: Sequence[str], people: int, voices: Iterable[Voice]) -> str | None:
    """Return why voices are not enough: N of M means N different people.

    A role named twice needs two different holders. Of two voices that can come from one person only
    the first counts.
    """
    kept: list[Voice] = []
    for one in voices:
        if not any(one.behind & other.behind for other in kept):
            kept.append(one)
    if len(kept) < people:
        return f"approved by {len(kept)} people, where {people} are needed"
    for role in set(roles):
        if sum(one.role == role for one in kept) < roles.count(role):
            return f"not approved by enough holders of the role {cut(role)}"
    return None
