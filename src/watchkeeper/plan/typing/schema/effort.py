"""How much work a schema makes, at worst: alternatives that double at each step are refused.

A validator tries every alternative on a value that fits none, and does so again below each of
them, so a small schema can ask for more steps than there is time for. Counted here is how often
one value may be looked at; repetition in a recursive schema is remembered by the validator, and
not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.plan.typing.schema.keywords import (
    DEFINITIONS,
    IN_PLACE,
    Place,
    Schema,
    place_of,
    subschemas,
)

MAX_EFFORT = 10_000
MAX_TOTAL = 200_000
MAX_CHAIN = 64
_ADVICE = (
    "have the server write fewer alternatives within alternatives, and shorter chains of references"
)
_Next = Callable[[Place], Iterator[Place]]


def measure_effort(schemas: Mapping[Place, Schema], tool: str) -> dict[int, int]:
    """Return how many schemas apply to one value, by the `id` of the schema that starts it.

    The references are known to resolve, and to be without circles that consume no value.

    Raises:
        PlanRefused: a value would be looked at more than 10,000 times, or through more than 64
            references and alternatives in a row.
    """
    same = _same_value_effort(schemas, tool)
    effort: dict[Place, int] = {}
    for place in _children_first(schemas, lambda place: _next_places(schemas, place)):
        inner = sum(effort.get(item, 0) for item in _same_value(schemas, place))
        effort[place] = 1 + inner + _below(schemas, place, effort)
        if effort[place] > MAX_EFFORT:
            raise refused(tool, "input schema with too many alternatives to check", _ADVICE)
    return {id(schemas[place]): count for place, count in same.items()}


def _same_value_effort(schemas: Mapping[Place, Schema], tool: str) -> dict[Place, int]:
    same: dict[Place, int] = {}
    chain: dict[Place, int] = {}
    total = 0
    for place in _children_first(schemas, lambda place: _same_value(schemas, place)):
        inner = list(_same_value(schemas, place))
        same[place] = 1 + sum(same[item] for item in inner)
        chain[place] = 1 + max((chain[item] for item in inner), default=0)
        total += same[place]
        if chain[place] > MAX_CHAIN:
            raise refused(tool, "input schema with too long a chain of references", _ADVICE)
        if total > MAX_TOTAL:
            raise refused(tool, "input schema with too many alternatives in all", _ADVICE)
    return same


def _below(schemas: Mapping[Place, Schema], place: Place, effort: Mapping[Place, int]) -> int:
    """Return the effort of the members: one of those by name, and all that hold for any name."""
    named = shared = 0
    for key, inner in _members(schemas, place):
        cost = effort.get(inner, 0)
        if key == "properties":
            named = max(named, cost)
        else:
            shared += cost
    return named + shared


def _members(schemas: Mapping[Place, Schema], place: Place) -> Iterator[tuple[str, Place]]:
    schema = schemas[place]
    if isinstance(schema, dict):
        for inner, _sub in subschemas(schema):
            if inner[0] not in IN_PLACE and inner[0] not in DEFINITIONS:
                yield inner[0], place + inner


def _same_value(schemas: Mapping[Place, Schema], place: Place) -> Iterator[Place]:
    schema = schemas[place]
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield place_of(schema["$ref"])
        for inner, _sub in subschemas(schema):
            if inner[0] in IN_PLACE:
                yield place + inner


def _next_places(schemas: Mapping[Place, Schema], place: Place) -> Iterator[Place]:
    yield from _same_value(schemas, place)
    for _key, inner in _members(schemas, place):
        yield inner


def _children_first(places: Iterable[Place], following: _Next) -> Iterator[Place]:
    """Yield every place after the places that it leads to, but for those that lead back to it."""
    seen: set[Place] = set()
    for start in places:
        if start in seen:
            continue
        seen.add(start)
        trail = [(start, following(start))]
        while trail:
            place, rest = trail[-1]
            inner = next((item for item in rest if item not in seen), None)
            if inner is None:
                trail.pop()
                yield place
            else:
                seen.add(inner)
                trail.append((inner, following(inner)))
