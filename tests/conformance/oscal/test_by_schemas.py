"""Every OSCAL document of ours, held against the JSON Schemas of NIST."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.worlds.exchanged import DAY, REFUND_DESK, said_in, small, with_open_items
from watchkeeper.plan.exchange.oscal.documents import PATHS, oscal_documents
from watchkeeper.plan.exchange.oscal.names import ITEMS

SCHEMAS = Path(__file__).parent / "schemas"
MODELS = {
    "catalogs": "catalog",
    "profiles": "profile",
    "component-definitions": "component",
    "plan-of-action-and-milestones": "poam",
}


def wrong(path: str, document: Any) -> list[str]:
    """Return what a schema has against a document."""
    validator = _validator(MODELS[path.partition("/")[0]])
    return [error.message for error in validator.iter_errors(document)]


@functools.cache
def _validator(model: str) -> Any:
    schema = SCHEMAS / f"oscal_{model}_schema.json"
    return jsonschema_rs.validator_for(json.loads(schema.read_bytes()))


def test_the_refund_desk_is_valid() -> None:
    documents = oscal_documents(said_in(REFUND_DESK), DAY)
    assert set(PATHS) - set(documents) <= {ITEMS}
    assert {path: wrong(path, json.loads(raw)) for path, raw in documents.items()} == {
        path: [] for path in documents
    }


def test_what_is_open_is_valid(tmp_path: Path) -> None:
    documents = oscal_documents(with_open_items(tmp_path), DAY)
    assert len(documents) == 5
    for path, raw in documents.items():
        assert wrong(path, json.loads(raw)) == [], path
    items = json.loads(documents[ITEMS])["plan-of-action-and-milestones"]
    assert [item["title"] for item in items["poam-items"]] == [
        "late-note: A measurement was late.",
        "The row of A.2.2 is overdue",
    ]
    assert [risk["deadline"] for risk in items["risks"]] == [
        "2027-01-15T23:59:59Z",
        "2026-11-22T23:59:59Z",
    ]
    assert b'"satisfied"' not in documents[ITEMS]


@pytest.mark.parametrize("odd", ["  two\\n lines  ", "`code` <b>&amp;", "ü 文 🚀", "."])
def test_odd_words_are_valid(odd: str, tmp_path: Path) -> None:
    text = odd.replace("`", "'")
    soa = (
        f'rows:\n  - {{control: limits, applicable: in, why: "{text}", status: partial, '
        f'owner: ana, evidence: "{text}"}}\n'
        f'  - {{control: A.2.2, applicable: out, why: "{text}", status: not-applicable}}\n'
        '  - {control: A.2.3, applicable: undetermined, why: "", status: not-implemented}\n'
    )
    control = f'id: limits\ntitle: "{text}"\nstatement: "{text}"\nowner: ben\nannex_a: [A.9.4]\n'
    said = small(tmp_path, {"soa.yaml": soa, "controls/limits.yaml": control})
    for path, raw in oscal_documents(said, DAY).items():
        assert wrong(path, json.loads(raw)) == [], path


def test_a_schema_finds_what_is_wrong() -> None:
    path, raw = next(iter(oscal_documents(said_in(REFUND_DESK), DAY).items()))
    document = json.loads(raw)
    document["catalog"]["controls"] = []
    assert wrong(path, document)
