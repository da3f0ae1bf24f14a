"""The payloads of single records of a home, without reading all of its segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.adapters.posix.segments import scan
from watchkeeper.errors import HomeInvalid, cut


def read_payloads(home: Path, runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """Yield the payloads of the records in these runs, in order; what is empty is left out.

    Only segments that hold one of them are read.

    Raises:
        HomeInvalid: there are no segments.
    """
    files, layout = Files(), Layout(home)
    numbers = layout.segment_numbers()
    firsts = [_first_index(files, layout.segment(number)) for number in numbers]
    if not firsts:
        raise HomeInvalid(f"no segments to read payloads from: {cut(home)}")
    for place, number in enumerate(numbers):
        end = firsts[place + 1] if place + 1 < len(firsts) else None
        if _meets(runs, firsts[place], end):
            for frame in scan(files, layout.segment(number)):
                if frame.payload and _in(runs, frame.index):
                    yield frame.index, frame.payload


def _first_index(files: Files, path: Path) -> int:
    frame = next(scan(files, path), None)
    # A segment without a whole frame is the newest one, just begun: nothing is behind it.
    return 1 << 62 if frame is None else frame.index


def _meets(runs: Sequence[tuple[int, int]], first: int, end: int | None) -> bool:
    return any(a < (end if end is not None else b) and b > first for a, b in runs)


def _in(runs: Sequence[tuple[int, int]], index: int) -> bool:
    place = bisect_right(runs, (index, 1 << 62)) - 1
    return place >= 0 and index < runs[place][1]
