"""What the files say now, as the sheets have it."""

from __future__ import annotations

from collections.abc import Mapping
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


def sheets(register: Register) -> tuple[Sheet, ...]:
    """Return the sheets of what the files say, as they are exported."""
    rows = here(register)
    titles = {name: control.title for name, control in annex_a().items()}
    titles |= {name: control.title for name, control in register.controls.items()}
    shown = [titles.get(name, "") for name in rows[APPLICABILITY.title]]
    return tuple(
        Sheet(table, list(rows[table.title].values()), shown if table is APPLICABILITY else ())
        for table in TABLES
    )


def about(organisation: str, plan: str) -> tuple[str, ...]:
    """Return what the first sheet says to whoever edits the others."""
    return (
        f"Controls, risks and statement of applicability of {organisation}",
        f"Exported from plan {plan}",
        "Edit the cells and save; then run: watchkeeper plan import xlsx FILE",
        "A row that is taken out here is named at import, and never deleted.",
        "A new row needs an id: small letters, digits and hyphens. Lists have commas between ids.",
        f"The hidden column `{DIGEST}` tells what changed here from what changed in the files.",
        "Formulas, merged cells and hidden rows are refused, each by its cell.",
    )


def _texts(table: Table, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {name: texts_of(table, value) for name, value in values.items()}
