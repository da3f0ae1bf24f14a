"""Finding the plan releases of a long log without reading all of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from watchkeeper.ledger.tiles import WIDTH
from watchkeeper.verify.bundle.manifest import Run
from watchkeeper.verify.compose.needle import Needle
from watchkeeper.verify.compose.shelf import Shelf
from watchkeeper.verify.glance import Glance, glance

Seen = Mapping[str, tuple[int, int]]
"""For each plan, the first and the last of the chosen decisions that name it."""
_RELEASE = "plan-release"
_NEEDLE = Needle.of(b'"predicateType":"urn:x-watchkeeper:plan-release')


def releases(shelf: Shelf, end: int, seen: Seen) -> list[int]:
    """Return the indexes of the plan releases before `end`.

    Every decision names the plan in force, so they are found by halves: between two decisions of
    one plan there is none to look for. Where that does not explain every decision that was seen
    (one plan was released twice, with another between), every record is looked at.
    """
    found = list(_by_halves(shelf, end, 0, -(-end // WIDTH)))
    if not _explains(found, seen, carried=shelf.glance(0).plan):
        found = list(_one_by_one(shelf, end))
    return [release.index for release in found]


def released_in(shelf: Shelf, run: Run) -> Iterator[str]:
    """Yield the digests of the plans that the records of a run release."""
    for number in range(run[0] // WIDTH, -(-run[1] // WIDTH)):
        if _NEEDLE.found(shelf.raw(number)):
            for release in _within(shelf, number, run[1]):
                if release.index >= run[0] and release.plan is not None:
                    yield release.plan


def _by_halves(shelf: Shelf, end: int, low: int, high: int) -> Iterator[Glance]:
    """Yield the releases that stand in the shelves from `low` up to `high`."""
    first = _next(shelf, end, low)
    if first is None or first.index >= high * WIDTH:
        return
    after = _next(shelf, end, high)
    if first.kind != _RELEASE and after is not None and first.plan == _plan_before(after):
        return
    if high - low == 1:
        yield from _within(shelf, low, end)
        return
    middle = (low + high) // 2
    yield from _by_halves(shelf, end, low, middle)
    yield from _by_halves(shelf, end, middle, high)


def _next(shelf: Shelf, end: int, number: int) -> Glance | None:
    """Return the first decision or release from shelf `number` on."""
    for index, entry in shelf.run((number * WIDTH, end)):
        seen = glance(index, entry)
        if seen.kind in {"decision", _RELEASE}:
            return seen
    return None


def _plan_before(seen: Glance) -> str | None:
    return seen.previous if seen.kind == _RELEASE else seen.plan


def _within(shelf: Shelf, number: int, end: int) -> Iterator[Glance]:
    for index, entry in shelf.run((number * WIDTH, min(end, number * WIDTH + WIDTH))):
        if _NEEDLE.found(entry) and (seen := glance(index, entry)).kind == _RELEASE:
            yield seen


def _one_by_one(shelf: Shelf, end: int) -> Iterator[Glance]:
    for number in range(-(-end // WIDTH)):
        if _NEEDLE.found(shelf.raw(number)):
            yield from _within(shelf, number, end)


def _explains(found: list[Glance], seen: Seen, *, carried: str | None) -> bool:
    """Tell whether the releases follow one another and put every plan that was seen in force.

    `carried` is the plan that the shard took over from the one before.
    """
    places = [release.index for release in found]
    plans = [carried, *(release.plan for release in found)]
    for plan, both in seen.items():
        if any(plans[bisect_left(places, index)] != plan for index in both):
            return False
    return all(release.previous == plan for release, plan in zip(found, plans, strict=False))
