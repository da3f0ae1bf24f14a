"""Whatever words stand in the files, the OSCAL documents are valid and hold together."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.oscal.test_by_schemas import wrong
from tests.worlds.exchanged import DAY, with_open_items
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.said import Said

WORDS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30).filter(
    lambda text: text.strip() != ""
)


@functools.cache
def _said() -> Said:
    with TemporaryDirectory() as place:
        return with_open_items(Path(place))


def _with(words: str) -> Said:
    """Say `words` wherever free text may stand."""
    said = _said()
    files = {kind: dict(found) for kind, found in said.register.files.items()}
    for name, control in files["control"].items():
        files["control"][name] = control.model_copy(update={"statement": words, "title": words})
    for name, finding in files["finding"].items():
        files["finding"][name] = finding.model_copy(update={"what": words, "cause": words})
    for name, system in files["system"].items():
        changed = {"title": words, "purpose": words, "intended_use": [words], "reason": words}
        files["system"][name] = system.model_copy(update=changed)
    soa = files["soa"][""]
    rows = [row.model_copy(update={"why": words, "evidence": words}) for row in soa.rows]
    files["soa"][""] = soa.model_copy(update={"rows": rows})
    aims = said.register.aims.model_copy(update={"organisation": words, "scope": words})
    return replace(said, register=replace(said.register, files=files, aims=aims))


@settings(max_examples=12)
@given(WORDS)
def test_they_are_valid(words: str) -> None:
    said = _with(words)
    documents = oscal_documents(said, DAY)
    assert len(documents) == 5
    for path, raw in documents.items():
        assert wrong(path, json.loads(raw)) == [], path
    assert bill_of_materials(said)
