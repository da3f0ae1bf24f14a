"""What changed from one statement of applicability to another, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from watchkeeper.plan.views.applicability.view import StatedRow, StatementView

_SAID = tuple(
    field.name
    for field in fields(StatedRow)
    if field.name not in {"control", "title", "overdue", "enforced_by"}
)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that came, went or changed; `changes` has each key with what it said and says."""

    control: str
    kind: str
    changes: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        said = "; ".join(
            f"{k}: {old or 'nothing'} -> {new or 'nothing'}" for k, old, new in self.changes
        )
        return f"{self.control} {self.kind}" + (f": {said}" if said else "")

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        changes = [{"key": key, "before": old, "after": new} for key, old, new in self.changes]
        return {"control": self.control, "kind": self.kind, "changes": changes}


@dataclass(frozen=True, slots=True)
class StatementDiff:
    """What changed, from which version to which; `same_version` says that no new one was given."""

    before: str
    after: str
    rows: tuple[RowChange, ...]

    @property
    def same_version(self) -> bool:
        """Whether rows changed, and the version did not."""
        return bool(self.rows) and self.before == self.after

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "before": self.before or None,
            "after": self.after or None,
            "sameVersion": self.same_version,
            "rows": [row.json() for row in self.rows],
        }


def compare_statements(before: StatementView, after: StatementView) -> StatementDiff:
    """Say row by row what changed."""
    old = {row.control: row for row in before.rows}
    new = {row.control: row for row in after.rows}
    rows = [RowChange(control, "gone") for control in old if control not in new]
    rows += [_changed(control, old, row) for control, row in new.items()]
    return StatementDiff(before.version, after.version, tuple(r for r in rows if r.kind))


def diff_text(diff: StatementDiff) -> str:
    """Render what changed for a terminal."""
    if not diff.rows:
        return "no row changed"
    versions = f"from version {diff.before or '(none)'} to {diff.after or '(none)'}"
    lines = [f"{len(diff.rows)} rows changed, {versions}", *(f"  {row}" for row in diff.rows)]
    if diff.same_version:
        lines.append("the rows changed under the same version: give it a new one, and an approval")
    return "\n".join(lines)


def _changed(control: str, old: Mapping[str, StatedRow], row: StatedRow) -> RowChange:
    if control not in old:
        return RowChange(control, "new")
    changes = tuple(
        (key, _text(getattr(old[control], key)), _text(getattr(row, key)))
        for key in _SAID
        if getattr(old[control], key) != getattr(row, key)
    )
    return RowChange(control, "changed" if changes else "", changes)


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
