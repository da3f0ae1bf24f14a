"""Certificates as the plan watches them: ours for every system, a supplier's for what it is in."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.certificates import CertificateFile
from watchkeeper.records.day import after
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Topic, Watched

ACTIVE = "active"


def watch_certificates(workspace: Workspace, bundle: Bundle) -> Iterator[Watched]:
    """Watch each certificate until it expires; one that is not active counts at once."""
    del bundle
    for id_, file in sorted(workspace.management.of("certificate").items()):
        says: CertificateFile = file.says
        systems = _systems(workspace, id_, says)
        if systems is not None:
            since = () if says.status == ACTIVE else (says.status,)
            yield Watched(Topic.CERTIFICATE, id_, systems, after(says.expires), since)


def _systems(workspace: Workspace, id_: str, says: CertificateFile) -> tuple[str, ...] | None:
    """Return the systems that a certificate is of interest for: all for ours.

    None for a supplier's that no system of ours is made with.
    """
    suppliers = workspace.management.of("supplier")
    named = [
        file.says
        for name, file in suppliers.items()
        if name == says.supplier or id_ in file.says.certificates
    ]
    if says.supplier is None and not named:
        return ()
    found = {system for supplier in named for system in supplier.systems}
    return tuple(sorted(found)) or None
