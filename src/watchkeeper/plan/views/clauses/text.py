"""The clauses as a table for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from watchkeeper.plan.views.clauses.runtime import NO_LOG
from watchkeeper.plan.views.clauses.standing import RecordSeen, State
from watchkeeper.plan.views.clauses.view import ClauseRow, ClausesView

_SIGNS = {
    State.PRESENT: "present",
    State.NOT_NEEDED: "-",
    State.NOT_APPROVED: "not approved",
}


def clauses_text(view: ClausesView) -> str:
    """Render the clauses: one line each, and below it each record with what is the matter."""
    lines: list[str] = []
    for row in view.rows:
        lines += _row(row)
    counts = Counter(row.state for row in view.rows if row.required)
    said = ", ".join(
        f"{counts[state]} {_SIGNS.get(state, state)}" for state in State if counts[state]
    )
    lines += ["", f"What the standard asks to be documented: {said}"]
    if any(not row.verified for row in view.rows if row.required):
        lines.append(
            "Which records it asks for is from general knowledge, unverified: see your copy."
        )
    if all(row.runtime is None for row in view.rows):
        lines.append(f"Runtime evidence: {NO_LOG}")
    if not view.triggers:
        lines.append(
            "The workspace makes no plan: what became stale by a change was not worked out."
        )
    return "\n".join(lines)


def _row(row: ClauseRow) -> Iterator[str]:
    yield f"{row.clause:<7}{_SIGNS.get(row.state, row.state.value):<14}{row.title}"
    if row.required:
        yield f"{'':7}{'asks for':<14}{row.required}"
    for record in row.records:
        if record.state is not State.MISSING or row.required:
            yield f"{'':7}{_SIGNS.get(record.state, record.state.value):<14}{_record(record)}"
    for one in row.runtime or ():
        place = f" (record {one.ref})" if one.ref is not None else ""
        if one.counts:
            yield f"{'':7}{'runtime':<14}{one.what}, {one.origin}{place}"
        else:
            yield f"{'':7}{'not shown':<14}{one.what}{place}"


def _record(record: RecordSeen) -> str:
    parts = [f"{record.file}: {record.what}"]
    parts += [f"owner {record.owner}"] if record.owner else []
    parts += [f"approved by {record.approved_by}"] if record.approved_by else []
    parts += [f"review by {record.review_by}"] if record.review_by else []
    parts += [record.why] if record.why else []
    return "; ".join(parts)
