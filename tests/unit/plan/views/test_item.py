"""An item of a standard, shown."""

from __future__ import annotations

import pytest

from watchkeeper.plan.views.item import item_text, item_view
from watchkeeper.plan.views.standards import standards_text, standards_view
from watchkeeper.standards.items import look_up


@pytest.mark.parametrize(
    ("id_", "standard", "words"),
    [
        ("A.9.3", "iso42001", ["evidence: document, runtime", "art-14  Human oversight"]),
        ("6.1.2", "iso42001", ["to be documented: AI risk assessment process (unverified)"]),
        ("6.1", "iso42001", ["below it:", "6.1.3  AI risk treatment"]),
        ("art-43", "eu_ai_act", ["(unverified)", "in effect: with the dates", "source: modulos"]),
        ("art-14", "eu_ai_act", ["2027-12-02 (annex iii)", "for a deployer: see art-26"]),
        ("MANAGE 2.4", "nist_ai_rmf", ["NIST's text"]),
        ("C", "iso42001", ["(unverified)"]),
    ],
)
def test_what_stands_there(id_: str, standard: str, words: list[str]) -> None:
    (item,) = look_up(id_, standard)
    text = item_text(item_view(item, None))
    for word in words:
        assert word in text
    assert "in the workspace" not in text


def test_the_list_names_what_is_unverified() -> None:
    rows = {row.name: row for row in standards_view()}
    assert dict(rows["iso42001"].counts)["control"] == 38
    assert dict(rows["nist_ai_rmf"].counts)["subcategory"] == 72
    assert rows["eu_ai_act"].unverified == ("art-40", "art-43", "art-47", "art-48", "art-49")
    assert "unverified: 6.5, 6.6" in standards_text(tuple(rows.values()))
    assert rows["eu_ai_act"].json()["verifiedAt"] == "2026-11-23"
    assert rows["iso42001"].json()["verifiedAt"] is None
