"""Our inventory, validated and read by the library of the CycloneDX project."""

from __future__ import annotations

import json
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.exchanged import DAY, REFUND_DESK, said_in
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.cyclonedx.validity import why_invalid


def test_it_is_valid_and_read_as_it_was_meant() -> None:
    raw = bill_of_materials(said_in(REFUND_DESK), DAY)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw.decode()) is None
    document = json.loads(raw)
    assert document["metadata"]["timestamp"] == "2026-11-23T00:00:00Z"
    bom = Bom.from_json(document)
    assert bom is not None
    names = {(part.type.value, part.name) for part in bom.components}
    assert ("application", "Refund desk") in names
    assert ("machine-learning-model", "lantern-service-2") in names
    assert [service.name for service in bom.services] == ["desk"]
    needs = {str(one.ref): {str(d.ref) for d in one.dependencies} for one in bom.dependencies}
    assert needs["agent:refund-agent"] == {"model:refund-desk/lantern-service-2"}
    assert "server:desk" in needs["system:refund-desk"]


def test_the_card_has_what_the_impact_assessment_says(tmp_path: Path) -> None:
    managed = ManagedWorkspace().change("system", "desk", agents=[{"id": "payer", "model": "m-1"}])
    document = json.loads(bill_of_materials(said_in(managed.write(tmp_path))))
    (model,) = (x for x in document["components"] if x["type"] == "machine-learning-model")
    considered = model["modelCard"]["considerations"]
    assert considered["ethicalConsiderations"] == [
        {"name": "Nobody is paid.", "mitigationStrategy": "Ask a person."}
    ]
    assert considered["fairnessAssessments"] == [{"groupAtRisk": "payees: They get money."}]


def test_the_same_plan_gives_the_same_bytes_and_no_time() -> None:
    said = said_in(REFUND_DESK)
    assert bill_of_materials(said) == bill_of_materials(said)
    assert b"timestamp" not in bill_of_materials(said)


def test_no_way_into_a_tool_server_is_told() -> None:
    raw = bill_of_materials(said_in(REFUND_DESK))
    assert b"desk.authorization" not in raw
    assert b"Authorization" not in raw


def test_what_is_not_valid_is_found() -> None:
    document = json.loads(bill_of_materials(said_in(REFUND_DESK)))
    assert why_invalid({**document, "extra": 1})
    document["components"][0]["type"] = "agent"
    assert "components/0" in why_invalid(document)
