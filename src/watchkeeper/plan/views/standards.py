"""Which standards there are, what of each is here, and how sure it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from watchkeeper.standards.catalogue import standard
from watchkeeper.standards.items import STANDARDS, items


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A standard: how many items of each kind, how many are unverified, when it was looked up.

    `verified_by` is `primary` where the text itself was read, `secondary` where others' copies or
    lists were; `verified_at` is empty where no day was written down.
    """

    name: str
    title: str
    counts: tuple[tuple[str, int], ...]
    unverified: tuple[str, ...]
    verified_by: str
    verified_at: str
    licence: str

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "name": self.name,
            "title": self.title,
            "counts": dict(self.counts),
            "unverified": list(self.unverified),
            "verifiedBy": self.verified_by,
            "verifiedAt": self.verified_at or None,
            "licence": self.licence,
        }


def standards_view() -> tuple[StandardRow, ...]:
    """Say which standards there are."""
    return tuple(_row(name, title) for name, title in STANDARDS.items())


def standards_text(rows: tuple[StandardRow, ...]) -> str:
    """Render the standards for a terminal."""
    lines = []
    for row in rows:
        counts = ", ".join(f"{count} {_plural(kind, count)}" for kind, count in row.counts)
        lines += [f"{row.name}: {row.title}", f"  {counts}"]
        day = f", {row.verified_at}" if row.verified_at else ""
        lines.append(f"  looked up in {row.verified_by} sources{day}")
        if row.unverified:
            lines.append(f"  unverified: {', '.join(row.unverified)}")
    lines += [
        "",
        "Numbers and short titles, in our own words; get the texts from their publishers.",
    ]
    return "\n".join(lines)


def _row(name: str, title: str) -> StandardRow:
    data, every = standard(name), items(name).values()
    counts = Counter(item.kind for item in every if not (item.heading and item.kind == "clause"))
    unsure = tuple(item.id for item in every if not item.verified)
    return StandardRow(
        name=name,
        title=title,
        counts=tuple(counts.items()),
        unverified=unsure,
        verified_by=data["verified_by"],
        verified_at=data.get("verified_at", ""),
        licence=data["licence_note"],
    )


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}{'es' if kind[-1] == 'x' else 's'}"
