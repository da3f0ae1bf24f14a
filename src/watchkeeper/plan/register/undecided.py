"""What a statement of applicability leaves open (ISO/IEC 42001:2023, 6.1.3).

Each control of Annex A, and each of our own, is either in or out, for a reason that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchkeeper.plan.workspace.models.control import ApplicabilityFile
from watchkeeper.standards.catalogue import annex_a


def undecided(says: ApplicabilityFile, own: Iterable[str]) -> dict[str, str]:
    """Return what a statement leaves open, in words by control; `own` are our own controls."""
    rows = {row.control: row for row in says.rows}
    found: dict[str, str] = {}
    for control in dict.fromkeys((*annex_a(), *own)):
        row = rows.get(control)
        if row is None:
            found[control] = "no row"
        elif row.applicable == "undetermined":
            found[control] = "undetermined"
        elif not row.why.strip():
            found[control] = "no reason"
    return found


def undecided_words(found: Mapping[str, str]) -> str:
    """Say what is left open, by what is the matter: `undetermined: A.8.4; no row: A.9.2`."""
    by_matter: dict[str, list[str]] = {}
    for control, matter in found.items():
        by_matter.setdefault(matter, []).append(control)
    return "; ".join(f"{matter}: {', '.join(some)}" for matter, some in by_matter.items())
