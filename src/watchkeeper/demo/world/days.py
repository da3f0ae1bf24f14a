"""The days that the example names, put later once its own have passed.

They were written for the end of 2026, and are good until the end of 2027. A demonstration after
that would show a management system that has run out, and grants that nobody renewed.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from watchkeeper.plan.draft.editing import (
    change_values,
    read_editable,
    render_editable,
    write_whole,
)

_WRITTEN: Final = 2026
_RENEWED: Final = (12, 1)
"""The day of the year, a month before they end, from which on they are put later."""


def years_later(today: date) -> int:
    """Return by how many years the example's days have to be put later for a run today."""
    passed = today.year - _WRITTEN - 1
    return max(0, passed + ((today.month, today.day) >= _RENEWED))


def put_later(aims: Path, years: int) -> None:
    """Put each day of the workspace so many years later: what was a month ago then, is so now."""
    for file in sorted(aims.rglob("*.yaml")) if years else ():
        document = read_editable(file.read_text("utf-8"), file.name)
        change_values(document, lambda value: _later(value, years))
        write_whole(file, render_editable(document))


def _later(value: Any, years: int) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.replace(year=value.year + years)
    return value
