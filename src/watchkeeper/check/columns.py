"""Text for a terminal: cells in columns, each on one line; times to the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watchkeeper.records.instant import Instant


def columns(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Line cells up in columns, those in `right` to the right; each cell on one line."""
    clean = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    to_right = frozenset(right)
    return [
        "  ".join(
            cell.rjust(width) if place in to_right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in clean
    ]


def one_line(text: str) -> str:
    """Make text from a plan safe for a terminal: one line, no control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def short_time(at: Instant | None) -> str:
    """Render a time to the second, or a dash."""
    return "-" if at is None else str(at)[:19].replace("T", " ") + "Z"
