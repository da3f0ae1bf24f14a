"""The gap table as plain text for a terminal."""

from __future__ import annotations

from watchkeeper.check.columns import columns, one_line, short_time
from watchkeeper.check.gap.row import GapRow, GapTable
from watchkeeper.records.action import Boundary

EVERYWHERE = "(all)"
_HEAD = (
    *("control", "system", "stage", "state"),
    *("allowed", "blocked", "escal.", "errors", "not ev."),
    *("first fired", "last fired", "at"),
)
_NUMBERS = range(4, 9)


def render_gap(table: GapTable) -> str:
    """Render the table, what makes it fail, and what the counts leave out."""
    lines = [_title(table), ""]
    if table.rows:
        lines += [*columns([_HEAD, *map(_cells, table.rows)], right=_NUMBERS), ""]
    lines += [_states(table), *_notes(table), *_reviews(table)]
    lines += [f"wrong: {_name(row)}: {row.state.value}: {row.why}" for row in table.wrong]
    return "\n".join(lines)


def _title(table: GapTable) -> str:
    if table.plan is None:
        return f"log {table.origin or '?'}: no plan was released, so nothing is in force"
    when, who = short_time(table.released_at), table.released_by
    stage = table.stage.value if table.stage is not None else "unknown"
    plan = f"plan {table.plan[:12]} (released {when} by {who})"
    return one_line(f"log {table.origin}, stage {stage}, {plan}, {table.decisions} decisions")


def _cells(row: GapRow) -> tuple[str, ...]:
    counts = (row.allowed, row.blocked, row.escalated, row.errors, row.could_not_evaluate)
    times = (short_time(row.first_fired), short_time(row.last_fired))
    name = (row.control, row.system or EVERYWHERE, row.stage.value, row.state.value)
    return (*name, *(str(count) for count in counts), *times, _points(row))


def _points(row: GapRow) -> str:
    kinds = {
        point.kind + (" (in-process)" if point.boundary is Boundary.IN_PROCESS else "")
        for point in row.points
    }
    return ", ".join(sorted(kinds)) or "-"


def _states(table: GapTable) -> str:
    found = [f"{count} {state.value}" for state, count in table.by_state().items() if count]
    count = len(table.enforced_in_production)
    return f"{', '.join(found) or 'no controls'}; enforced in production: {count}"


def _notes(table: GapTable) -> list[str]:
    notes = []
    if table.stage is not None and table.stage.value != "production":
        notes.append(f"stage {table.stage.value}: nothing here counts as enforced in production")
    loose = {outcome: count for outcome, count in table.uncontrolled.items() if count}
    if loose:
        said = ", ".join(f"{count} {outcome}" for outcome, count in loose.items())
        notes.append(f"decisions about which no control says anything: {said}")
    if table.left_out:
        notes.append(f"refusals counted but not recorded one by one: {table.left_out}")
    if table.planted:
        notes.append(f"planted escalations, which are left out: {table.planted}")
    if table.unrevealed:
        notes.append(
            f"escalations committed to be planted and not revealed yet: {table.unrevealed}; "
            "they may be among what is counted"
        )
    if table.adopted:
        notes.append(adopted_note(table.adopted))
    if not table.readable:
        notes.append("the bundle of the plan in force is not there: its controls are unknown")
    notes += [
        f"plan {digest[:12]} is not there; its decisions are counted by what they name"
        for digest in table.unread_plans
        if digest != table.plan
    ]
    return notes


def adopted_note(times: int) -> str:
    """Say that records may be missing, since the home was restored or copied."""
    return (
        f"the home was restored or copied, and adopted {times} times: what was decided elsewhere "
        "meanwhile is not counted (`log verify`, step 19)"
    )


def _reviews(table: GapTable) -> list[str]:
    """Say what people did with what a control had them look at: facts, no judgement."""
    return [f"review: {_name(row)}: {row.reviewed}" for row in table.rows if row.reviewed]


def _name(row: GapRow) -> str:
    return one_line(f"{row.control} in {row.system}" if row.system else row.control)
