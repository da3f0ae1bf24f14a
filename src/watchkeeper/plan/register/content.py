"""What the files of the management system say, whole, without lines: for views and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.plan.workspace.kinds import BY_KIND, RECORDS
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.control import ApplicabilityFile, ControlFile
from watchkeeper.plan.workspace.models.organisation import AimsFile
from watchkeeper.plan.workspace.models.system import SystemFile

FORMAT = 1
KINDS = (*(BY_KIND[kind] for kind in ("system", "control", "soa", "drill")), *RECORDS)
"""The kinds that it holds beside `aims.yaml`."""
_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Register:
    """What all files of the management system say.

    `value` is the whole of it as JSON, as the files have it; the rest is that, checked. Records go
    by kind and id, a kind with one file only has it under the id `""`. `digests` has the SHA-256
    of what lies in the file of each document, by the document's id.
    """

    value: Mapping[str, Any] = field(repr=False)
    aims: AimsFile
    files: Mapping[str, Mapping[str, Any]]
    digests: Mapping[str, str]

    def of(self, kind: str) -> Mapping[str, Any]:
        """Return the records of a kind by id."""
        return self.files.get(kind, _NONE)

    def one(self, kind: str) -> Any | None:
        """Return the record of a kind that has one file only; None where it is not there."""
        return self.files.get(kind, _NONE).get("")

    @property
    def systems(self) -> Mapping[str, SystemFile]:
        """The AI systems by id."""
        return self.of("system")

    @property
    def controls(self) -> Mapping[str, ControlFile]:
        """The organisation's own controls by id."""
        return self.of("control")

    @property
    def soa(self) -> ApplicabilityFile | None:
        """The statement of applicability."""
        found: ApplicabilityFile | None = self.one("soa")
        return found


def register_of(workspace: Workspace) -> Register:
    """Return the register of a workspace, with or without records of the management system."""
    checked: dict[str, Mapping[str, Any]] = {
        **workspace.management.files,
        "system": workspace.systems,
        "control": workspace.controls,
        "soa": {"": workspace.applicability} if workspace.applicability else {},
    }
    files = {place.kind: checked.get(place.kind, _NONE) for place in KINDS}
    says = {
        kind: {id_: file.tree.value for id_, file in sorted(found.items())}
        for kind, found in files.items()
        if found
    }
    digests = {id_: one.digest for id_, one in sorted(workspace.management.digests.items())}
    return Register(
        value={
            "format": FORMAT,
            "aims": workspace.aims.tree.value,
            "files": says,
            "documents": digests,
            "bases": _bases(workspace),
        },
        aims=workspace.aims.says,
        files={kind: {id_: f.says for id_, f in found.items()} for kind, found in files.items()},
        digests=digests,
    )


def _bases(workspace: Workspace) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind, system in sorted(workspace.management.bases):
        digest = workspace.management.basis_digest(kind, system) or ""
        found.setdefault(kind, {})[system] = digest
    return found
