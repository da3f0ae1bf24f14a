"""What the files say now, as the sheets have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchkeeper.plan.exchange.xlsx.changes import Here
from watchkeeper.plan.exchange.xlsx.tables import (
    APPLICABILITY,
    CONTROLS,
    DIGEST,
    RISKS,
    TABLES,
    Table,
)
from watchkeeper.plan.exchange.xlsx.values import texts_of
from watchkeeper.plan.exchange.xlsx.writing import Sheet
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.applicability.render import facts
from watchkeeper.plan.views.applicability.view import StatedRow, StatementView
from watchkeeper.standards.catalogue import annex_a


def here(register: Register) -> Here:
    """Return the rows of each table, by the table's title and the row's name."""
    files = register.value["files"]
    rows = files.get("soa", {}).get("", {}).get("rows") or ()
    return {
        CONTROLS.title: _texts(CONTROLS, files.get("control", {})),
        RISKS.title: _texts(RISKS, files.get("risk", {})),
        APPLICABILITY.title: _texts(APPLICABILITY, {str(row["control"]): row for row in rows}),
    }


def sheets(register: Register, view: StatementView | None = None) -> tuple[Sheet, ...]:
    """Return the sheets of what the files say, as they are exported.

    With `view` the rows of the statement of applicability show all that hangs on them.
    """
    rows = here(register)
    stated = _shown(register, list(rows[APPLICABILITY.title]), view)
    return tuple(
        Sheet(table, list(rows[table.title].values()), stated if table is APPLICABILITY else ())
        for table in TABLES
    )


def _shown(
    register: Register, controls: Sequence[str], view: StatementView | None
) -> list[dict[str, str]]:
    """Return what the rows of the statement show and nobody reads back."""
    titles = {name: control.title for name, control in annex_a().items()}
    titles |= {name: control.title for name, control in register.controls.items()}
    seen = {row.control: row for row in view.rows} if view is not None else {}
    return [{_TITLE: titles.get(name, ""), **_hanging(seen.get(name))} for name in controls]


def _hanging(row: StatedRow | None) -> dict[str, str]:
    """Return by column what hangs on a row of the statement."""
    if row is None:
        return {}
    return {
        "overdue": "yes" if row.overdue else "",
        "evidence item by item": "\n".join(row.evidence),
        "bound to": "\n".join(row.bindings),
        "enforced by": "\n".join(row.enforced_by),
    }


def statement_sheet(register: Register, view: StatementView) -> Sheet:
    """Return the sheet of the statement of applicability alone."""
    return next(sheet for sheet in sheets(register, view) if sheet.table is APPLICABILITY)


def about_statement(view: StatementView) -> tuple[str, ...]:
    """Return what the first sheet says of a statement of applicability."""
    return (
        f"Statement of applicability of {view.organisation}",
        *(f"{name}: {value}" for name, value in facts(view)),
        *_EDITING,
    )


def about(organisation: str, plan: str) -> tuple[str, ...]:
    """Return what the first sheet says to whoever edits the others."""
    return (
        f"Controls, risks and statement of applicability of {organisation}",
        f"Exported from plan {plan}",
        *_EDITING,
    )


_TITLE = "control title"
_EDITING = (
    "Edit the cells and save; then run: watchkeeper plan import xlsx FILE",
    "A row that is taken out here is named at import, and never deleted.",
    "A new row needs an id: small letters, digits and hyphens. Lists have commas between ids.",
    f"The hidden column `{DIGEST}` tells what changed here from what changed in the files.",
    "Formulas, merged cells and hidden rows are refused, each by its cell.",
)


def _texts(table: Table, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {name: texts_of(table, value) for name, value in values.items()}
