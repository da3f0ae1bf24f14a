"""`watchkeeper plan risks`: the risk register as a matrix and as a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from watchkeeper.check.columns import columns
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace
from watchkeeper.cli.plan.logs import Home
from watchkeeper.cli.plan.looking.arguments import look, tell
from watchkeeper.plan.views.risks import (
    MatrixCell,
    MatrixRow,
    RiskLevel,
    RiskRow,
    RisksView,
    risks_view,
)


def risks(
    path: Workspace = Path("aims"),
    home: Home = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show the risks: what is left of them as a matrix, and each with its owner and treatment.

    With --home the log is asked whether one of them is showing. Ends with 1 where something is
    overdue, is left without anybody's acceptance, or shows; with 2 where the workspace can not be
    read.

    Example:
      watchkeeper plan risks aims --home home
    """
    with output.speaking_plainly():
        found = look(path, home, at)
    view = risks_view(found.register, found.bundle, found.at, found.figures)
    tell(view, list(_lines(view)), found.ran, as_json=as_json)
    if any(row.overdue or row.showing or not row.accepted for row in view.rows):
        raise typer.Exit(output.Exit.FOUND)


def _lines(view: RisksView) -> Iterator[str]:
    if not view.rows:
        yield "there is no risk in the register"
        return
    if view.after:
        yield "what is left: likelihood down, consequence across, their product and the risks"
        head = ("", *(f"{step.value} {step.name}".strip() for step in view.consequences))
        yield from columns([head, *map(_across, view.after)])
        yield ""
    yield from columns([_HEAD, *map(_cells, view.rows)])
    yield ""
    if view.accept_up_to is not None:
        yield f"up to {view.accept_up_to} nobody has to accept what is left"
    for row in view.rows:
        for one in row.overdue:
            yield f"overdue: {row.id}: {one}"
        for shown in row.showing:
            place = f" (record {shown.last})" if shown.last is not None else ""
            yield f"is showing: {row.id}: {shown.says}{place}"
    if not view.log and any(row.signals for row in view.rows):
        yield "no log at hand: whether a risk is showing was not looked at"


_FEW = 2
_HEAD = ("risk", "before", "left", "treatment", "controls", "owner", "again by")


def _across(row: MatrixRow) -> tuple[str, ...]:
    return (f"{row.step.value} {row.step.name}".strip(), *map(_cell, row.cells))


def _cell(cell: MatrixCell) -> str:
    """Render a cell, so that many risks in one do not push the others off the screen."""
    few = len(cell.risks) <= _FEW
    risks = ", ".join(cell.risks) if few else f"{len(cell.risks)} risks"
    return f"{cell.level.product} {risks}".strip()


def _cells(row: RiskRow) -> tuple[str, ...]:
    return (
        row.id,
        _level(row.before),
        _level(row.after) + ("" if row.accepted or row.after is None else ", not accepted"),
        row.option or "none",
        ", ".join(row.controls) or "-",
        row.owner or "nobody",
        row.review_by or "-",
    )


def _level(level: RiskLevel | None) -> str:
    return "not assessed" if level is None else f"{level.product} {level.name}".strip()
