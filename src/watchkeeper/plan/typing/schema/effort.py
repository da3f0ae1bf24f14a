"""How much work a schema makes, at worst: alternatives that double at each step are refused.

A validator tries every alternative on a value that fits none, and does so again below each of
them, so a small schema can ask for more steps than there is time for. Counted here is how often
one value may be looked at, down to the depth that a request may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.plan.typing.schema.keywords import (
    DEFINITIONS,
    IN_PLACE,
    VALUE_LIST,
    Place,
    Schema,
    place_of,
    subschemas,
)

MAX_EFFORT = 10_000
MAX_TOTAL = 400_000
MAX_CHAIN = 64
MAX_DEPTH = 32
_ADVICE = (
    "have the server write fewer alternatives within alternatives, and shorter chains of references"
)
_ELEMENTS = frozenset({"items", "contains", "unevaluatedItems", *VALUE_LIST})
_Members = dict[str, list[Place]]
"""What applies to the members of a value: by name, and for any name or element (see `_key`)."""
_ANY_MEMBER = "*"
_ELEMENT = "[]"


class Effort:
    """Counts over one document, whose references resolve and have no empty circles."""

    def __init__(self, schemas: Mapping[Place, Schema], tool: str) -> None:
        """Count.

        Raises:
            PlanRefused: a value would be looked at more than 10,000 times, or through more than
                64 references and alternatives in a row.
        """
        self._schemas = schemas
        self._tool = tool
        self._total = 0
        same = self._same_value()
        members = {place: self._members(place) for place in self._starts()}
        self._check_depths(same, members)
        self.by_schema = {id(schemas[place]): count for place, count in same.items()}
        """How many schemas apply to one value, by the `id` of the schema that starts it."""

    def _same_value(self) -> dict[Place, int]:
        same: dict[Place, int] = {}
        chain: dict[Place, int] = {}
        for place in self._inner_first():
            inner = list(self._next(place))
            same[place] = 1 + sum(same[item] for item in inner)
            chain[place] = 1 + max((chain[item] for item in inner), default=0)
            self._spend(same[place])
            if chain[place] > MAX_CHAIN:
                raise refused(
                    self._tool, "input schema with too long a chain of references", _ADVICE
                )
        return same

    def _starts(self) -> Iterator[Place]:
        """Yield the places whose schema is the first that applies to some value."""
        inside = {
            place + inner
            for place, schema in self._schemas.items()
            if isinstance(schema, dict)
            for inner, _sub in subschemas(schema)
            if inner[0] in IN_PLACE
        }
        return (place for place in self._schemas if place not in inside)

    def _members(self, start: Place) -> _Members:
        found: _Members = {}
        pending = [start]
        for place in pending:  # it grows while it is walked
            pending.extend(self._next(place))
            schema = self._schemas[place]
            if isinstance(schema, dict):
                for inner, _sub in subschemas(schema):
                    if inner[0] not in IN_PLACE and inner[0] not in DEFINITIONS:
                        found.setdefault(_key(inner), []).append(place + inner)
                        self._spend(1)
        return found

    def _check_depths(self, same: Mapping[Place, int], members: Mapping[Place, _Members]) -> None:
        before = {place: same[place] for place in members}
        for _ in range(MAX_DEPTH):
            effort = {
                place: same[place] + _worst(below, before) for place, below in members.items()
            }
            if max(effort.values()) > MAX_EFFORT:
                raise refused(
                    self._tool, "input schema with too many alternatives to check", _ADVICE
                )
            if effort == before:
                return
            before = effort

    def _next(self, place: Place) -> Iterator[Place]:
        """Yield the places whose schemas apply to the same value."""
        schema = self._schemas[place]
        if isinstance(schema, dict):
            if "$ref" in schema:
                yield place_of(schema["$ref"])
            for inner, _sub in subschemas(schema):
                if inner[0] in IN_PLACE:
                    yield place + inner

    def _inner_first(self) -> Iterator[Place]:
        """Yield every place after those whose schemas apply to the same value."""
        seen: set[Place] = set()
        for start in self._schemas:
            if start in seen:
                continue
            seen.add(start)
            trail = [(start, self._next(start))]
            while trail:
                place, rest = trail[-1]
                inner = next((item for item in rest if item not in seen), None)
                if inner is None:
                    trail.pop()
                    yield place
                else:
                    seen.add(inner)
                    trail.append((inner, self._next(inner)))

    def _spend(self, count: int) -> None:
        self._total += count
        if self._total > MAX_TOTAL:
            raise refused(self._tool, "input schema with too many alternatives in all", _ADVICE)


def _worst(members: _Members, effort: Mapping[Place, int]) -> int:
    """Return the effort of the member, or element, that is looked at most often."""

    def cost(places: Iterable[Place]) -> int:
        return sum(effort[place] for place in places)

    rest = cost(members.get(_ANY_MEMBER, ()))
    named = [cost(places) for key, places in members.items() if key not in {_ANY_MEMBER, _ELEMENT}]
    return max(rest + max(named, default=0), cost(members.get(_ELEMENT, ())))


def _key(inner: Place) -> str:
    if inner[0] == "properties":
        return f".{inner[1]}"
    return _ELEMENT if inner[0] in _ELEMENTS else _ANY_MEMBER
