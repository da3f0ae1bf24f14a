"""What changed from one statement of applicability to another, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    changes: tuple[tuple[str, str, str], ...]

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal: the row, then each key on lines of its own."""
        yield f"{self.control} {self.kind}"
        for key, old, new in self.changes:
            yield f"  {key}: {old or 'nothing'}"
            yield f"  {'->':>{len(key) + 1}} {new or 'nothing'}"

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        changes = [{"key": key, "before": old, "after": new} for key, old, new in self.changes]
        return {"control": self.control, "kind": self.kind, "changes": changes}


@dataclass(frozen=True, slots=True)
class StatementDiff:
    """What changed, from which version to which; `same_version` says that no new one was given.

    `approvals` say in words who approved the one and the other.
    """

    before: str
    after: str
    rows: tuple[RowChange, ...]
    approvals: tuple[str, str] = ("", "")

    @property
    def same_version(self) -> bool:
        """Whether rows changed, and the version did not."""
        return bool(self.rows) and self.before == self.after

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "before": self.before or None,
            "after": self.after or None,
            "approvalBefore": self.approvals[0] or None,
            "approvalAfter": self.approvals[1] or None,
            "sameVersion": self.same_version,
            "rows": [row.json() for row in self.rows],
        }


def compare_statements(before: StatementView, after: StatementView) -> StatementDiff:
    """Say row by row what changed."""
    old = {row.control: row for row in before.rows}
    new = {row.control: row for row in after.rows}
    rows = [
        RowChange(control, "gone", tuple((key, was, "") for key, was in _says(row)))
        for control, row in old.items()
        if control not in new
    ]
    rows += [_changed(control, old, row) for control, row in new.items()]
    changed = tuple(row for row in rows if row.kind)
    return StatementDiff(before.version, after.version, changed, (before.approval, after.approval))


def diff_text(diff: StatementDiff) -> str:
    """Render what changed for a terminal."""
    lines = [
        f"{title}: version {version or '(none)'}, {approval}"
        for title, version, approval in (
            ("before", diff.before, diff.approvals[0]),
            ("after ", diff.after, diff.approvals[1]),
        )
    ]
    lines += ["", f"{len(diff.rows)} rows changed" if diff.rows else "no row changed"]
    lines += [f"  {line}" for row in diff.rows for line in row.lines()]
    if diff.same_version:
        lines.append("the rows changed under the same version: give it a new one, and an approval")
    return "\n".join(lines)


def _changed(control: str, old: Mapping[str, StatedRow], row: StatedRow) -> RowChange:
    if control not in old:
        return RowChange(control, "new", tuple((key, "", now) for key, now in _says(row)))
    changes = tuple(
        (key, _text(getattr(old[control], key)), _text(getattr(row, key)))
        for key in _SAID
        if getattr(old[control], key) != getattr(row, key)
    )
    return RowChange(control, "changed" if changes else "", changes)


def _says(row: StatedRow) -> Iterator[tuple[str, str]]:
    """Yield what a row says, by key, where it says anything."""
    yield from ((key, text) for key in _SAID if (text := _text(getattr(row, key))))


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
