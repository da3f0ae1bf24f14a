"""Looking up what a standard numbers."""

from __future__ import annotations

import pytest

from watchkeeper.errors import StandardInvalid
from watchkeeper.standards.articles import HIGH_RISK, articles, superseded_dates, tiers
from watchkeeper.standards.elements import documented
from watchkeeper.standards.items import STANDARDS, below, items, look_up, normal_id, related


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("a.9.3", "A.9.3"),
        ("A.9.3", "A.9.3"),
        (" 6.1.2 ", "6.1.2"),
        ("govern-1.1", "GOVERN 1.1"),
        ("Govern 1.1", "GOVERN 1.1"),
        ("MAP", "MAP"),
        ("Article 14", "art-14"),
        ("art. 14", "art-14"),
        ("ART-14", "art-14"),
        ("asi2", "Asi2"),
        ("asi-02", "ASI02"),
    ],
)
def test_one_spelling(text: str, id_: str) -> None:
    assert normal_id(text) == id_


def test_a_number_that_two_standards_have() -> None:
    found = look_up("5.2")
    assert [item.standard for item in found] == ["iso42001", "iso42005"]
    assert [item.title for item in look_up("5.2", "iso42001")] == ["AI policy"]
    assert look_up("A.5.1") == ()


def test_an_unknown_standard() -> None:
    with pytest.raises(StandardInvalid, match="unknown standard `iso9001`"):
        items("iso9001")


def test_the_crosswalk_is_read_both_ways() -> None:
    (control,) = look_up("A.9.3")
    assert [item.id for item in related(control)] == ["MAP 3.5", "GOVERN 3.2", "art-14", "ASI09"]
    (article,) = look_up("art-14")
    assert {"A.9.3", "A.9.4", "A.3.2"} <= {item.id for item in related(article)}
    assert {item.standard for item in related(article)} == {"iso42001"}


def test_what_is_below() -> None:
    (clause,) = look_up("6.1", "iso42001")
    assert [item.id for item in below(clause)] == ["6.1.1", "6.1.2", "6.1.3", "6.1.4"]
    (group,) = look_up("A.6")
    assert len(below(group)) == 9


def test_no_paraphrase_of_iso_reads_like_the_standard() -> None:
    texts = [
        item.paraphrase
        for name in STANDARDS
        if name.startswith("iso")
        for item in items(name).values()
    ]
    assert max(map(len, texts)) <= 200
    assert not any(" shall " in text for text in texts)


def test_the_conformity_articles_are_there_and_unverified() -> None:
    found = articles()
    titles = {number: found[f"art-{number}"].title for number in (40, 43, 47, 48)}
    assert titles == {
        40: "Harmonised standards and standardisation deliverables",
        43: "Conformity assessment",
        47: "EU declaration of conformity",
        48: "CE marking",
    }
    for number in titles:
        one = found[f"art-{number}"]
        assert not one.verified
        assert one.source
        assert one.with_high_risk


@pytest.mark.parametrize(
    ("id_", "tier", "day"),
    [
        ("art-14", "high-risk-annex-iii", "2027-12-02"),
        ("art-14", "high-risk-annex-i", "2028-08-02"),
        ("art-14", "minimal", ""),
        ("art-50", "transparency", "2026-08-02"),
        ("art-4", "minimal", "2025-02-02"),
        ("art-43", "high-risk-annex-iii", "2026-08-02"),
    ],
)
def test_from_when_an_article_applies(id_: str, tier: str, day: str) -> None:
    assert articles()[id_].applies_from(tier) == day


def test_no_article_of_high_risk_systems_carries_a_superseded_date() -> None:
    old = {one.was for one in superseded_dates()}
    for one in articles().values():
        assert not {one.applies.get("annex_iii"), one.applies.get("annex_i")} & old
    assert set(HIGH_RISK) < set(tiers())


def test_the_elements_of_an_impact_assessment() -> None:
    held = {key for one in documented() for key in one.keys}
    assert {"impact.harms", "impact.harms.measures", "system.purpose"} <= held
    assert [one.id for one in documented() if not one.verified] == [
        "6.5",
        "6.6",
        "6.7",
        "6.8",
        "6.9",
    ]
