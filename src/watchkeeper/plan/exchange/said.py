"""What is handed to other tools: what the files of a workspace say, and the plan they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.control import ControlFile, RowEntry
from watchkeeper.plan.workspace.models.organisation import AimsFile
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Said:
    """The register of the files, and the plan that they compile to with its digest."""

    register: Register
    bundle: Bundle
    plan: str

    @property
    def aims(self) -> AimsFile:
        """What `aims.yaml` says."""
        return self.register.aims

    @property
    def systems(self) -> Mapping[str, SystemFile]:
        """The systems by id, in order."""
        return dict(sorted(self.register.systems.items()))

    @property
    def controls(self) -> Mapping[str, ControlFile]:
        """The organisation's own controls by id, in order."""
        return dict(sorted(self.register.controls.items()))

    @property
    def rows(self) -> tuple[RowEntry, ...]:
        """The rows of the statement of applicability, as they stand there."""
        soa = self.register.soa
        return tuple(soa.rows) if soa is not None else ()


def said_by(register: Register, bundle: Bundle) -> Said:
    """Return what is handed out of a register and its plan."""
    return Said(register, bundle, bundle_digest(bundle_bytes(bundle)))
