"""One `bom-ref` stands for two things: which model is meant would be a matter of order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchkeeper.errors import ImportRefused
from watchkeeper.plan.exchange.cyclonedx.taking import Known, draft_systems

MODEL = {"type": "machine-learning-model", "name": "good", "bom-ref": "m"}
EVIL = {"type": "machine-learning-model", "name": "evil", "bom-ref": "m"}


@pytest.mark.parametrize(
    "body",
    [
        {"components": [MODEL, EVIL]},
        {"components": [{"type": "application", "name": "Desk", "components": [EVIL]}, MODEL]},
        {"components": [MODEL], "services": [{"name": "evil", "bom-ref": "m"}]},
    ],
)
def test_it_is_refused(body: dict[str, Any]) -> None:
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    nothing = Known(frozenset(), frozenset(), frozenset())
    with pytest.raises(ImportRefused, match="stands for two things"):
        draft_systems(json.dumps(head | body).encode(), nothing, "ana")
