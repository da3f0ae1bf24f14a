"""Certificates as the plan watches them: ours for every system, a supplier's for what it is in."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.plan.certificates.whose import is_ours, suppliers_of
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
        systems = _systems(workspace, says)
        if systems is not None:
            since = () if says.status == ACTIVE else (says.status,)
            yield Watched(Topic.CERTIFICATE, id_, systems, after(says.expires), since)


def _systems(workspace: Workspace, says: CertificateFile) -> tuple[str, ...] | None:
    """Return the systems that a certificate is of interest for: all for ours.

    None for a supplier's that no system of ours is made with.
    """
    suppliers = [file.says for file in workspace.management.of("supplier").values()]
    if is_ours(suppliers, says):
        return ()
    named = suppliers_of(suppliers, says)
    found = {system for supplier in named for system in supplier.systems}
    return tuple(sorted(found)) or None
