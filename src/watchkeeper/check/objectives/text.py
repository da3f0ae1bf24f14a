"""Measured objectives as plain text for a terminal."""

from __future__ import annotations

from watchkeeper.check.columns import columns, one_line, short_time
from watchkeeper.check.objectives.model import SECOND, Measured, Measurement, Unit, Verdict, decimal
from watchkeeper.check.oversight.text import span
from watchkeeper.records.objective_grammar import fraction
from watchkeeper.records.plan.management.objectives import Objective

_HEAD = ("objective", "stands", "value", "target", "window", "stage", "newest", "against")


def render_objectives(found: Measurement) -> str:
    """Render the values, what was left out of them, and what is missed."""
    lines = [_title(found)]
    if found.rows:
        lines += ["", *columns([_HEAD, *map(_cells, found.rows)]), ""]
    lines += _notes(found)
    lines += [f"{row.verdict.value}: {one_line(sentence(row))}" for row in found.wrong]
    return "\n".join(lines)


def sentence(row: Measured) -> str:
    """Say in a sentence how an objective stands, and who answers for it."""
    made = row.objective
    if row.verdict is Verdict.NOT_MEASURABLE:
        said = f"can not be measured: {row.why}"
    elif row.verdict is Verdict.TOO_FEW:
        said = f"no value: {row.of} to measure, and it takes {made.least}"
    else:
        said = f"{value_text(row)}, where {target_text(made)} is aimed at"
    against = f"; see {row.last_against}" if row.wrong and row.last_against is not None else ""
    return f"{made.id} ({made.says}): {said}; {made.owner or 'nobody'} answers for it{against}"


def value_text(row: Measured) -> str:
    """Render a value with what it was made of; it never looks better than it is."""
    counts = f"{row.number} of {row.of}"
    if row.beyond:
        return f"longer than was ever waited ({counts} in time)"
    if row.value is None:
        return f"none ({row.of} to measure)"
    if row.unit is Unit.SHARE:
        up = row.objective.target.at_most is not None
        return f"{decimal(row.value * 100, 1, up=up)} % ({counts})"
    if row.unit is Unit.COUNT:
        return f"{row.number} (while {row.of} decisions were made)"
    return f"{span(int(row.value) // 1000)} ({counts} in time)"


def target_text(made: Objective) -> str:
    """Render what is aimed at."""
    word, text = ("at least", made.target.at_least)
    if text is None:
        word, text = "at most", made.target.at_most or ""
    number = fraction(text)
    if number is None:
        return f"{word} {text}"
    if made.measure.share is not None:
        return f"{word} {decimal(number * 100, 4, up=False)} %"
    if made.measure.quantile is None:
        return f"{word} {decimal(number, 6, up=False)}"
    part = fraction(made.measure.quantile.at)
    of = "?" if part is None else decimal(part * 100, 4, up=False)
    return f"{word} {span(int(number * SECOND) // 1000)} for {of} %"


def _title(found: Measurement) -> str:
    if found.plan is None:
        return "no plan was released, so there are no objectives"
    plan = f"plan {found.plan[:12]}"
    if not found.readable:
        return f"{plan} is not here: what it aims at is not known"
    until = f"as of {short_time(found.at)}, over {found.records} records"
    count = len(found.rows)
    aims = "no objective" if not count else f"{count} objective{'s' if count > 1 else ''}"
    return f"{plan}: {aims}, {until}"


def _cells(row: Measured) -> tuple[str, ...]:
    return (
        row.objective.id,
        row.verdict.value,
        value_text(row) if row.verdict is not Verdict.NOT_MEASURABLE else "-",
        target_text(row.objective),
        span(row.objective.window_seconds * 1000),
        row.stage.value,
        str(row.last or "-"),
        str(row.last_against or "-"),
    )


def _notes(found: Measurement) -> list[str]:
    undecided = sum(row.undecided for row in found.rows)
    other = sum(row.other_stage for row in found.rows)
    notes = [
        (found.planted, "planted escalations are left out"),
        (found.unrevealed, "planted ones are not revealed yet, and may be counted"),
        (other, "times something was left out since its stage is not that of its system now"),
        (undecided, "times something was left out of which it can not be told (yet)"),
        (found.unmatched, "records are about what stands in a shard that is not here"),
    ]
    return [f"{count} {what}" for count, what in notes if count]
