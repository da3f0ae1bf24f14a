"""What a published plan says of the management system, and what of it counts at a moment.

Read from the plan's JSON and worked out here once more: this shares no code with what decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.instant import parse_instant
from watchkeeper.verify.erasures import PlanOf

_STATES_WHY = ("impact", "risk")
_AHEAD = "dated-ahead"
_NAMES_ROLES = "competence"
_SUSPENDED = "suspended"
_TAKEN_BACK = {_SUSPENDED, "withdrawn"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a plan watches: when it counts, for which systems, and as what.

    `begins` is the moment before which what makes it good was not there yet.
    """

    systems: frozenset[str]
    until: int | None
    already: bool
    adds: tuple[tuple[str, str], ...]
    adds_later: tuple[tuple[str, str], ...]
    begins: int | None = None
    adds_early: tuple[tuple[str, str], ...] = ()

    @property
    def moments(self) -> tuple[int, ...]:
        """From when on it counts otherwise than before."""
        return tuple(one for one in (self.begins, self.until) if one is not None)

    def at(self, at: int) -> tuple[tuple[str, str], ...]:
        """Return what it adds at a moment, as pairs of topic and what counts."""
        late = self.until is not None and self.until <= at
        early = self.adds_early if self.begins is not None and at < self.begins else ()
        if late:
            return self.adds + self.adds_later + early
        return (self.adds if self.already else ()) + early


def things_of(plan_of: PlanOf, plan: str) -> tuple[Thing, ...] | str | None:
    """Return what a published plan watches: `""` where it has no management system.

    None where the plan is not at hand, or does not parse (step 12 says so).
    """
    raw = plan_of(plan)
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        said = parse_json_unverified(raw).get("management")
        return "" if said is None else tuple(_thing(one) for one in said.get("watched", ()))
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None


def _thing(said: Mapping[str, Any]) -> Thing:
    topic, id_ = _texts((said["topic"], said["id"]))
    since, roles, systems = (_texts(said.get(name, ())) for name in ("since", "roles", "systems"))
    if not topic.isascii():
        raise TypeError  # topics are names in the records of decisions, which are ASCII
    adds: tuple[tuple[str, str], ...] = ((topic, id_),)
    later: tuple[tuple[str, str], ...] = ()
    if topic in _STATES_WHY:
        adds, later = tuple((topic, why) for why in since), ((topic, "date"),)
    elif topic == _NAMES_ROLES:
        adds = tuple((topic, role) for role in roles)
    elif _TAKEN_BACK & set(since):
        adds = (*adds, (_SUSPENDED, id_))
    early = ((topic, _AHEAD),) if topic in _STATES_WHY else adds
    until, begins = (_moment(said, name) for name in ("until", "notBefore"))
    return Thing(frozenset(systems), until, bool(since), adds, later, begins, early)


def _texts(said: Iterable[Any]) -> tuple[str, ...]:
    """Return what has to be texts: what is none is counted, and put in order, later."""
    found = tuple(said)
    if isinstance(said, str) or not all(isinstance(one, str) for one in found):
        raise TypeError
    return found


def _moment(said: Mapping[str, Any], name: str) -> int | None:
    return parse_instant(said[name]) if name in said else None


def counting(found: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return pairs by topic: each thing once, in order."""
    topics: dict[str, set[str]] = {}
    for topic, one in found:
        topics.setdefault(topic, set()).add(one)
    return {topic: tuple(sorted(topics[topic])) for topic in sorted(topics)}
