"""A checked mapping, for a terminal and as JSON."""

from __future__ import annotations

from typing import Any

from watchkeeper.errors import cut
from watchkeeper.plan.mapping.judge import Checked
from watchkeeper.standards.items import STANDARDS


def mapping_text(found: Checked) -> str:
    """Render what is wrong with a mapping, a line each and what to do below it."""
    lines = []
    for one in found.wrong:
        lines.append(f"{_plain(found.name)}:{_plain(one.place)}: {one.message} ({one.code})")
        if one.advice:
            lines.append(f"  {one.advice}")
    return "\n".join(lines)


def mapping_summary(found: Checked) -> str:
    """Say in a line what was looked at: what was not found was not judged either."""
    return _looked_at(found) + _passed_over(found)


def _looked_at(found: Checked) -> str:
    if not found.counts:
        return (
            "no number of a standard found in it; if it does not say which standard it maps to, "
            "say so with `--standard`"
        )
    counts = ", ".join(f"{count} of {STANDARDS[name]}" for name, count in found.counts)
    return f"numbers looked at: {counts}; {len(found.wrong) or 'nothing'} wrong"


def _passed_over(found: Checked) -> str:
    if not found.bare:
        return ""
    numbers = "1 bare number was" if found.bare == 1 else f"{found.bare} bare numbers were"
    return (
        f"; {numbers} passed over, of which nothing says that a clause is meant: "
        "`--standard` says it, or a column named `clause`"
    )


def mapping_json(found: Checked) -> dict[str, Any]:
    """Render as a JSON object."""
    return {
        "file": found.name,
        "numbers": dict(found.counts),
        "passedOver": found.bare,
        "note": found.note,
        "findings": [
            {
                "place": one.place,
                "code": one.code,
                "id": one.id,
                "message": one.message,
                "advice": one.advice,
            }
            for one in found.wrong
        ],
    }


def _plain(name: str) -> str:
    """Return a name that somebody else chose so that it can be printed."""
    return name if name.isprintable() else cut(name)
