"""A document is given as evidence that a control works, a word as a record, a test as the runtime.

Each item says its class and how it came about; one that could only pass as another stops a
release, wherever it stands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from watchkeeper.plan.register.evidence import fault_of
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.models.head import EvidenceEntry

DIGEST = "1" * 64
GOOD: list[dict[str, Any]] = [
    {"class": "runtime", "origin": "captured", "control": "limits"},
    {"class": "runtime", "origin": "reconstructed", "record": "0/12"},
    {"class": "runtime", "origin": "captured", "objective": "in-time"},
    {"class": "document", "origin": "attested", "document": "ai-policy"},
    {"class": "document", "origin": "attested", "file": "binder.pdf", "digest": DIGEST},
    {"class": "test", "origin": "captured", "drill": "too-much"},
    {"class": "test", "origin": "captured", "file": "report.txt", "digest": DIGEST},
    {"class": "configuration", "origin": "captured", "url": "https://x.example", "digest": DIGEST},
    {"class": "human", "origin": "attested", "by": "ana", "note": "I saw it."},
]
BAD: list[dict[str, Any]] = [
    {"class": "runtime", "origin": "attested", "control": "limits"},
    {"class": "runtime", "origin": "captured"},
    {"class": "runtime", "origin": "captured", "document": "ai-policy"},
    {"class": "runtime", "origin": "captured", "drill": "too-much"},
    {"class": "runtime", "origin": "captured", "file": "report.txt", "digest": DIGEST},
    {"class": "runtime", "origin": "captured", "url": "https://x.example", "digest": DIGEST},
    {"class": "human", "origin": "captured", "by": "ana"},
    {"class": "human", "origin": "attested"},
    {"class": "human", "origin": "attested", "by": "ana", "record": "0/1"},
    {"class": "document", "origin": "attested", "file": "binder.pdf"},
    {"class": "document", "origin": "captured", "record": "0/1"},
    {"class": "test", "origin": "captured", "control": "limits"},
    {"class": "test", "origin": "captured", "note": "It went well."},
    {"class": "configuration", "origin": "captured", "document": "ai-policy"},
    {"class": "runtime", "origin": "captured", "control": "limits", "record": "0/1"},
]


@pytest.mark.parametrize("item", GOOD)
def test_what_is_what_it_says_may_stand(item: dict[str, Any]) -> None:
    assert fault_of(EvidenceEntry.model_validate(item)) is None


@pytest.mark.parametrize("item", BAD)
def test_what_stands_for_another_may_not(item: dict[str, Any]) -> None:
    assert fault_of(EvidenceEntry.model_validate(item)) is not None


def test_it_stops_a_release_wherever_it_stands(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    bad = [BAD[0]]
    world.records["soa", ""]["rows"][3]["evidence"] = bad
    world.records["risk", "overpaid"]["treatment"]["results"][0]["evidence"] = bad
    world.records["finding", "late-note"]["actions"][0]["evidence"] = bad
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is None
    assert {(f.file, f.code) for f in linted.findings} == {
        (name, "evidence-stands-for-another")
        for name in ("soa.yaml", "risks/overpaid.yaml", "findings/late-note.yaml")
    }
    assert all(f.line > 1 for f in linted.findings)
