"""The files that the rules of the management system look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace


def records(workspace: Workspace) -> Iterator[tuple[str, Checked[Any]]]:
    """Yield every record with its kind, drills among them."""
    for kind, found in workspace.management.files.items():
        for file in found.values():
            yield kind, file


def every(workspace: Workspace) -> Iterator[Checked[Any]]:
    """Yield every record, and the files besides that say something of the management system."""
    yield workspace.aims
    if workspace.applicability is not None:
        yield workspace.applicability
    yield from workspace.systems.values()
    yield from workspace.controls.values()
    for _, file in records(workspace):
        yield file
