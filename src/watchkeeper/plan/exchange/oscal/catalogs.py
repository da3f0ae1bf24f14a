"""Catalogues: Annex A of ISO/IEC 42001:2023 by number and title, and the controls of our own."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from watchkeeper.plan.exchange.oscal.names import (
    ISO,
    OURS,
    OWN,
    Naming,
    control_id,
    filled,
    label,
    line,
    prop,
)
from watchkeeper.plan.workspace.models.control import ControlFile
from watchkeeper.standards.catalogue import AnnexControl, annex_a

_LICENCE = (
    "Numbers and short titles only. The text of the standard is not here: read it in a licensed "
    "copy."
)


def annex_catalog(naming: Naming) -> dict[str, Any]:
    """Return Annex A as a catalogue: 38 controls in nine groups, titles only."""
    groups = [
        {
            "id": control_id(number),
            "title": found[0].group,
            "props": [label(number)],
            "controls": [_annex(control) for control in found],
        }
        for number, found in (
            (number, list(some)) for number, some in groupby(annex_a().values(), key=_group)
        )
    ]
    metadata = naming.metadata("ISO/IEC 42001:2023, Annex A", remarks=_LICENCE)
    return {"uuid": naming.uuid("catalog", ISO), "metadata": metadata, "groups": groups}


def own_catalog(naming: Naming) -> dict[str, Any]:
    """Return the controls of the plan as a catalogue: what should hold, in our own words."""
    controls = [_own(control) for control in naming.said.controls.values()]
    metadata = naming.metadata(f"Controls of {naming.said.aims.organisation}")
    return filled({"uuid": naming.uuid("catalog", OWN), "metadata": metadata, "controls": controls})


def _group(control: AnnexControl) -> str:
    return ".".join(control.id.split(".")[:2])


def _annex(control: AnnexControl) -> dict[str, Any]:
    classes = [prop("needs-evidence", kind) for kind in control.evidence]
    return {
        "id": control_id(control.id),
        "title": control.title,
        "props": [label(control.id), *classes],
    }


def _own(control: ControlFile) -> dict[str, Any]:
    name = control_id(control.id)
    props = [
        label(control.id),
        prop("owner", control.owner),
        *(prop("annex-a", number) for number in dict.fromkeys(control.annex_a)),
        *(prop("risk", risk) for risk in dict.fromkeys(control.risks)),
        *(prop("system", system) for system in dict.fromkeys(control.systems)),
        *(prop("built-in", reason) for reason in dict.fromkeys(control.built_in)),
    ]
    return {
        "id": name,
        "title": line(control.title or control.id),
        "props": props,
        "parts": [
            {"id": f"{name}_smt", "name": "statement", "prose": control.statement, "ns": OURS}
        ],
    }
