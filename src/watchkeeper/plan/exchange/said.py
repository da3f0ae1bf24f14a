"""What is handed to other tools: what the files of a workspace say, and the plan they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ControlFile, RowEntry
from watchkeeper.plan.workspace.models.organisation import AimsFile
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Said:
    """What the files say, by id in order, and the plan that they compile to with its digest."""

    aims: AimsFile
    systems: Mapping[str, SystemFile]
    controls: Mapping[str, ControlFile]
    rows: tuple[RowEntry, ...]
    bundle: Bundle
    plan: str


def said_by(workspace: Workspace, bundle: Bundle) -> Said:
    """Return what a workspace says, without where it says so."""
    soa = workspace.applicability
    return Said(
        aims=workspace.aims.says,
        systems={name: file.says for name, file in sorted(workspace.systems.items())},
        controls={name: file.says for name, file in sorted(workspace.controls.items())},
        rows=tuple(soa.says.rows) if soa is not None else (),
        bundle=bundle,
        plan=bundle_digest(bundle_bytes(bundle)),
    )
