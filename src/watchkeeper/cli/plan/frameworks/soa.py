"""`watchkeeper plan soa`: the statement of applicability, as text, page or table, or compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, AtDay, moment, registered, say_plan
from watchkeeper.cli.plan.exchange.arguments import needs_extra
from watchkeeper.cli.plan.exchange.workbook import Replace, put_new, put_workbook
from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
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
    path: Annotated[
        Path, typer.Argument(help="A workspace, or a home: what was released there.")
    ] = Path("aims"),
    form: Annotated[
        Literal["text", "html", "csv", "xlsx"], typer.Option("--format", help="How to write it.")
    ] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="A file to write it to.")] = None,
    replace: Replace = False,
    since: Annotated[
        Path | None,
        typer.Option("--since", help="A workspace or a home: say what changed since instead."),
    ] = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show the statement of applicability: version, approval, and every row with what hangs on it.

    A page (`html`) stands alone and prints; a table (`csv`) has the rows alone and opens in any
    spreadsheet, and no cell of it is a formula; a workbook (`xlsx`, by the extra `exchange`) says
    version and approval on its first sheet, and can come in again by `plan import xlsx`. What is
    there already is written over with `--replace` alone.

    Ends with 1 where a row is overdue, where it is left open whether a control applies, where what
    stands there is not what was approved, or where rows changed under the same version; with 2
    where there is none.

    Examples:
      watchkeeper plan soa aims --format html --out soa.html
      watchkeeper plan soa aims --format xlsx --out soa.xlsx
      watchkeeper plan soa aims --since home
    """
    with output.speaking_plainly():
        when = moment(at)
        register, view, bundle = _stated(path, when)
        if since is not None:
            _compare(_stated(since, when)[1], view, as_json=as_json)
            return
        text = ""
        if form == "xlsx":
            _workbook(out, register, view, when, replace=replace)
        else:
            text = _FORMATS[form](view)
            if out is not None:
                put_new(out, text, replace=replace)
    if as_json:
        output.show_json({**view.json(), "plan": bundle is not None})
    elif out is not None:
        output.say(f"wrote {out}")
    else:
        tell = output.show_folded if form == "text" else output.show
        tell(text.rstrip("\r\n"))
    say_plan(bundle)
    if view.overdue or view.open or not view.approved:
        raise typer.Exit(output.Exit.FOUND)


def _workbook(
    out: Path | None, register: Register, view: StatementView, at: Instant, *, replace: bool
) -> None:
    needs_extra("openpyxl")
    from watchkeeper.plan.exchange.xlsx.here import about_statement, statement_sheet

    if out is None:
        raise SettingsInvalid("a workbook goes into a file", "name it: `--out soa.xlsx`")
    put_workbook(out, [statement_sheet(register, view)], about_statement(view), at, replace=replace)


def _compare(before: StatementView, after: StatementView, *, as_json: bool) -> None:
    diff = compare_statements(before, after)
    if as_json:
        output.show_json(diff.json())
    else:
        output.show_folded(diff_text(diff))
    if diff.same_version:
        raise typer.Exit(output.Exit.FOUND)


def _stated(path: Path, at: Instant) -> tuple[Register, StatementView, Bundle | None]:
    """Return the statement of a workspace, or the one that was released into a home."""
    register, bundle = _released(path) if wiring.is_home(path) else registered(path, at)
    view = applicability_view(register, bundle, at)
    if view is None:
        raise PlanUnreadable(
            f"there is no statement of applicability in {cut(path)}",
            "`watchkeeper plan new soa` begins one",
        )
    return register, view, bundle


def _released(home: Path) -> tuple[Register, Bundle | None]:
    register = wiring.register(home)
    if register is None:
        raise PlanUnreadable(
            f"no register in {cut(home)}",
            "name a workspace, or a home whose plan has records of the management system",
        )
    return register, wiring.plan_in_force(home)
