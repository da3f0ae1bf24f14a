"""The statement of applicability as a profile (ISO/IEC 42001:2023, 6.1.3).

Rows that are in are included, rows that are out are excluded, and what is undetermined is neither:
it is listed in the metadata, so that silence is not taken for a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchkeeper.plan.exchange.oscal.evidence import evidence_of
from watchkeeper.plan.exchange.oscal.names import (
    CATALOGS,
    ISO,
    OWN,
    Naming,
    control_id,
    filled,
    prop,
)
from watchkeeper.plan.register.approval import approval_stands
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.control import RowEntry


def applicability_profile(naming: Naming) -> dict[str, Any] | None:
    """Return the profile, or None where no row is in: a profile has to include something."""
    rows = naming.said.rows
    imports = [
        found
        for name in (ISO, OWN)
        if (found := _import(naming, name, [row for row in rows if _source(row) == name]))
    ]
    if not imports:
        return None
    alters = [_alter(row, naming.said.register) for row in rows if row.applicable == "in"]
    left = [
        prop("excluded" if row.applicable == "out" else "undetermined", row.control, row.why)
        for row in rows
        if row.applicable != "in"
    ]
    title = f"Statement of applicability of {naming.said.aims.organisation}"
    return {
        "uuid": naming.uuid("profile", "soa"),
        "metadata": naming.metadata(title, props=[*_approval(naming.said.register), *left]),
        "imports": imports,
        "merge": {"as-is": True},
        "modify": {"alters": alters},
    }


def _approval(register: Register) -> list[dict[str, Any]]:
    """Return the version of the statement, who approved it, when, and whether it is still that."""
    says = register.soa
    if says is None:
        return []
    value = register.value["files"]["soa"][""]
    other = says.approved_by is not None and not approval_stands(value)
    said = {
        "statement-version": says.version,
        "approved-by": says.approved_by,
        "approved": says.approved,
        "approval": "of-other-rows" if other else None,
    }
    return [prop(name, value) for name, value in said.items() if value]


def _source(row: RowEntry) -> str:
    return ISO if row.control.startswith("A.") else OWN


def _import(naming: Naming, name: str, rows: Sequence[RowEntry]) -> dict[str, Any] | None:
    included = [control_id(row.control) for row in rows if row.applicable == "in"]
    excluded = [control_id(row.control) for row in rows if row.applicable == "out"]
    if not included:
        return None
    return filled(
        {
            "href": naming.address(CATALOGS[name]),
            "include-controls": [{"with-ids": included}],
            "exclude-controls": [{"with-ids": excluded}] if excluded else [],
        }
    )


def _alter(row: RowEntry, register: Register) -> dict[str, Any]:
    said = {"status": row.status, "justification": row.why, "owner": row.owner, "by": row.by or ""}
    props = [prop(name, value) for name, value in said.items() if value.strip()]
    props += [prop("risk", risk) for risk in dict.fromkeys(row.risks)]
    adds = [{"position": "ending", "props": [*props, *evidence_of(row, register)]}]
    return {"control-id": control_id(row.control), "adds": adds}
