"""`watchkeeper plan soa`: the statement of applicability, as text, page or table, or compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, Workspace, moment, registered
from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.draft.editing import write_whole
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.applicability.compare import compare_statements, diff_text
from watchkeeper.plan.views.applicability.render import (
    statement_csv,
    statement_html,
    statement_text,
)
from watchkeeper.plan.views.applicability.view import StatementView, applicability_view
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle

_FORMATS = {"text": statement_text, "html": statement_html, "csv": statement_csv}


def soa(
    path: Workspace = Path("aims"),
    form: Annotated[
        Literal["text", "html", "csv"], typer.Option("--format", help="How to write it.")
    ] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="A file to write it to.")] = None,
    since: Annotated[
        Path | None,
        typer.Option("--since", help="A workspace or a home: say what changed since instead."),
    ] = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show the statement of applicability: version, approval, and every row with what hangs on it.

    A page (`html`) stands alone and prints; a table (`csv`) opens in any spreadsheet, and no cell
    of it is a formula. `watchkeeper plan export xlsx` writes a workbook that can come in again.

    Ends with 1 where a row is overdue, where what stands there is not what was approved, or where
    rows changed under the same version; with 2 where there is none.

    Examples:
      watchkeeper plan soa aims --format html --out soa.html
      watchkeeper plan soa aims --since home
    """
    with output.speaking_plainly():
        when = moment(at)
        view = _view(path, *registered(path, when), when)
        if since is not None:
            _compare(_before(since, when), view, as_json=as_json)
            return
        text = _FORMATS[form](view)
        if out is not None:
            write_whole(out, text)
    if as_json:
        output.show_json(view.json())
    elif out is not None:
        output.say(f"wrote {out}")
    else:
        output.show(text.rstrip("\n"))
    if view.overdue or not view.approved:
        raise typer.Exit(output.Exit.FOUND)


def _compare(before: StatementView, after: StatementView, *, as_json: bool) -> None:
    diff = compare_statements(before, after)
    if as_json:
        output.show_json(diff.json())
    else:
        output.show(diff_text(diff))
    if diff.same_version:
        raise typer.Exit(output.Exit.FOUND)


def _before(path: Path, at: Instant) -> StatementView:
    if (path / "aims.yaml").exists():
        return _view(path, *registered(path, at), at)
    register = wiring.register(path)
    if register is None:
        raise PlanUnreadable(
            f"no register in {cut(path)}",
            "name a workspace, or a home whose plan has records of the management system",
        )
    return _view(path, register, None, at)


def _view(path: Path, register: Register, bundle: Bundle | None, at: Instant) -> StatementView:
    view = applicability_view(register, bundle, at)
    if view is None:
        raise PlanUnreadable(
            f"there is no statement of applicability in {cut(path)}",
            "`watchkeeper plan new soa` begins one",
        )
    return view
