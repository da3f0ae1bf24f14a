"""Standing approvals in a decision: which of them hold for it, and which are needed.

One counts as its reviewer's approval of exactly the reviews that it names; where another review
fires, nobody has approved that, and people are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from watchkeeper.do.decision.facts import StandingFact
from watchkeeper.do.decision.review import ReviewNeed, Voice, apart, enough, voice
from watchkeeper.do.encode.encoder import Encoded, number_at
from watchkeeper.records.standing import ArgumentCap


def applying(
    standing: Iterable[StandingFact], reviews: Iterable[str], encoded: Encoded
) -> list[StandingFact]:
    """Return those that hold for an action on which these reviews fire."""
    fired, numbers = set(reviews), Numbers(encoded)
    return [one for one in standing if fired <= set(one.reviews) and numbers.within(one.caps)]


class Numbers:
    """The numbers of an action's arguments, each looked up once."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self._found: dict[str, Decimal | None] = {}

    def within(self, caps: Iterable[ArgumentCap]) -> bool:
        """Tell whether every capped number is there and no larger than its cap."""
        for cap in caps:
            if cap.argument not in self._found:
                path = cap.argument.removeprefix("args.")
                self._found[cap.argument] = number_at(self._encoded, path)
            number = self._found[cap.argument]
            if number is None or number > Decimal(cap.most):
                return False
        return True


def counting(
    need: ReviewNeed, given: Iterable[Voice], ahead: Sequence[StandingFact]
) -> tuple[StandingFact, ...]:
    """Return those that add the voice of a further person whom the review asks for."""
    voices, found = list(apart(given)), []
    for one in ahead:
        said = _voice(one)
        if one.role in need.roles and len(apart([*voices, said])) > len(voices):
            voices.append(said)
            found.append(one)
    return tuple(found)


def completing(
    need: ReviewNeed, given: Sequence[Voice], ahead: Sequence[StandingFact]
) -> tuple[StandingFact, ...] | None:
    """Return as few as it takes beside the verdicts, none where those are enough; else None."""
    used: list[StandingFact] = []
    candidates = list(counting(need, given, ahead))
    while not enough(need, [*given, *map(_voice, used)]):
        if not candidates:
            return None
        used.append(candidates.pop(0))
    for one in tuple(used):
        rest = [other for other in used if other is not one]
        if enough(need, [*given, *map(_voice, rest)]):
            used = rest
    return tuple(used)


def _voice(one: StandingFact) -> Voice:
    return voice(one.reviewer, one.role, one.vouched)
