"""Every item of evidence, wherever it stands, is what it says: one that is not stops a release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from watchkeeper.plan.lint.management import files
from watchkeeper.plan.lint.management.parts import keys_with_parts
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.register.evidence import fault_of
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ControlFile
from watchkeeper.plan.workspace.models.head import EvidenceEntry
from watchkeeper.plan.workspace.report import Report, Spot

_CODE = "evidence-stands-for-another"
_PARTS = (list, BaseModel)


def check_evidence(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check every item of evidence of every record."""
    for file in files.every(workspace):
        if isinstance(file.says, ControlFile):
            continue  # it holds none, and there may be thousands
        for spot, item in _items(file.says, report.at(file)):
            _item(spot, item)


def _item(spot: Spot, item: EvidenceEntry) -> None:
    fault = fault_of(item)
    if fault is not None:
        spot.safety(_CODE, *fault)
    elif item.drill is not None:
        message = f"the drill `{item.drill}` is written, which is no outcome: it fills no class"
        spot.gap(
            "drill-without-outcome", message, "bind it by `bindings:`, or keep a result's file"
        )


def _items(part: Any, spot: Spot) -> Iterator[tuple[Spot, EvidenceEntry]]:
    if isinstance(part, EvidenceEntry):
        yield spot, part
    elif isinstance(part, BaseModel):
        for key, step in keys_with_parts(type(part)):
            value = getattr(part, key)
            if value and isinstance(value, _PARTS):
                yield from _items(value, spot.inside(step))
    elif isinstance(part, list):
        for i, item in enumerate(part):
            if isinstance(item, BaseModel):
                yield from _items(item, spot.inside(i))
