"""`make faults`: a fault at every system call that touches the home, and what came of it.

The last line is `N points tried, L lost, D double, U unrecorded`. Exits 1 unless L, D and U are 0
and N is at least 300 (of a sample: its size), 2 where it could not run.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "refund-desk"))

from faults.calls.house import open_house
from faults.calls.points import Point, points_of
from faults.calls.slots import Slot, open_slots, try_all
from faults.report import Report

_LEAST = 300
_WATCHED = 2
_SERVED = 24
_NEEDED = ("strace", "cc")


def main() -> int:
    """Watch, list the points, try them, report."""
    wanted = _options().parse_args()
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        print(f"faults: needs {' and '.join(missing)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="faults-", dir=wanted.work) as place:
        root = Path(place) / "house"
        os.environ["XDG_STATE_HOME"] = place
        with (
            open_house(root) as house,
            open_slots(house.root, wanted.jobs, wanted.sabotage) as slots,
        ):
            return _run(slots, wanted)


def _run(slots: Sequence[Slot], wanted: argparse.Namespace) -> int:
    points = _points(slots[0], wanted)
    count = len(points) if wanted.sample is None else min(wanted.sample, len(points))
    print(f"{len(points)} points, {count} to try", file=sys.stderr, flush=True)
    report = Report(count)
    broken = try_all(slots, iter(points), count, report.add)
    report.print()
    for line in broken:
        print(f"faults: {line}", file=sys.stderr)
    if broken:
        return 2
    least = _LEAST if wanted.sample is None else count
    return 0 if report.count >= least and not report.troubles.total() else 1


def _points(slot: Slot, wanted: argparse.Namespace) -> list[Point]:
    """List the points in an order that the seed gives, each kind of call in its turn."""
    chance = random.Random(wanted.seed)  # noqa: S311 - to choose a sample that can be chosen again
    points = points_of([slot.watch() for _ in range(_WATCHED)])
    if wanted.only:
        points = [p for p in points if wanted.only in f"{p.fault.value} {p.call} {p.file}"]
    in_turn = _in_turn(points, chance)
    if not wanted.served:
        return in_turn
    anew = points_of([slot.watch(served=True)], served=True)
    share = _in_turn([point for point in anew if "segments/" in point.file], chance)
    return [*share[: wanted.served], *in_turn]


def _in_turn(points: list[Point], chance: random.Random) -> list[Point]:
    """Shuffle; then take of each kind of call and fault one after the other."""
    kinds: dict[tuple[str, str], list[Point]] = {}
    for point in chance.sample(points, len(points)):
        kinds.setdefault((point.call, point.fault.value), []).append(point)
    rounds: Iterator[tuple[Point | None, ...]] = itertools.zip_longest(*kinds.values())
    return [point for turn in rounds for point in turn if point is not None]


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--sample", type=int, help="how many points; without it, all")
    parser.add_argument("--only", help="points whose fault, call and file hold this text")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument(
        "--served", type=int, default=_SERVED, help="how many in `watchkeeper serve` started anew"
    )
    parser.add_argument("--sabotage", type=Path, help="a file that changes the gateway first")
    parser.add_argument("--work", type=Path, help="where to work; a short path")
    return parser


if __name__ == "__main__":
    sys.exit(main())
