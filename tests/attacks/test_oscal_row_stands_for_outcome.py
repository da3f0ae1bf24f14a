"""A row says `test, captured` of a drill that fails, `runtime, captured` of a record nobody read.

Whoever reads the OSCAL profile would take the row's word for what the runtime captured. What such
an item names goes out as named, of no class and no origin; a file by its digest keeps its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.exchanged import DAY, said_in
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import PROFILE

FILE = {"class": "test", "origin": "captured", "file": "report.txt", "digest": "1" * 64}
NAMED: list[dict[str, Any]] = [
    {"class": "test", "origin": "captured", "drill": "too-much", "note": "it passed"},
    {"class": "runtime", "origin": "captured", "record": "0/12"},
    {"class": "runtime", "origin": "reconstructed", "control": "limits"},
    {"class": "runtime", "origin": "captured", "objective": "in-time"},
    {"class": "configuration", "origin": "captured", "control": "limits"},
]


def _properties(folder: Path, item: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Export a row with an item and a file; return the values of each group's properties."""
    world = ManagedWorkspace()
    row = next(row for row in world.records["soa", ""]["rows"] if row["applicable"] == "in")
    row["evidence"] = [item, FILE]
    raw = oscal_documents(said_in(world.write(folder)), DAY)[PROFILE]
    alters = json.loads(raw)["profile"]["modify"]["alters"]
    name = row["control"].lower()
    (added,) = [one["adds"][0]["props"] for one in alters if one["control-id"] == name]
    found: dict[str, dict[str, list[str]]] = {}
    for one in added:
        group = found.setdefault(one.get("group", ""), {})
        group.setdefault(one["name"], []).extend([one["value"], one.get("remarks", "")])
    return found


@pytest.mark.parametrize("item", NAMED)
def test_what_is_named_has_no_class_and_no_origin(tmp_path: Path, item: dict[str, Any]) -> None:
    groups = _properties(tmp_path, item)
    assert set(groups["evidence-1"]) == {"evidence"}
    _, remarks = groups["evidence-1"]["evidence"]
    assert "not looked" in remarks or "by the row alone" in remarks
    assert item.get("note", "") in remarks
    assert groups["evidence-2"]["class"][0] == "test"
    assert groups["evidence-2"]["origin"][0] == "captured"
