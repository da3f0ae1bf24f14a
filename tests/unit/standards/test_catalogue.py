"""The data of the standards: what there is, how many, and what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from watchkeeper.errors import StandardInvalid
from watchkeeper.standards.articles import articles_of, key_dates_of, superseded_of
from watchkeeper.standards.catalogue import (
    NAMES,
    annex_a,
    annex_of,
    crosswalk,
    crosswalk_of,
    known_ids,
    standard,
)
from watchkeeper.standards.clauses import clauses, clauses_of, required_of, required_records
from watchkeeper.standards.items import check_all
from watchkeeper.standards.subcategories import framework_of, subcategories


def test_all_of_it_holds() -> None:
    check_all()
    assert len(NAMES) == 6


def test_annex_a_has_its_38_controls() -> None:
    assert len(annex_a()) == 38
    assert annex_a()["A.6.2.8"].title == "AI system recording of event logs"
    assert all(control.evidence for control in annex_a().values())


def test_annex_a_has_nine_groups() -> None:
    assert len({control.group for control in annex_a().values()}) == 9


def test_the_clauses_from_4_to_10() -> None:
    found = clauses()
    assert [one.id for one in found.values() if not one.parent] == [
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
    ]
    assert len([one for one in found.values() if not one.heading]) == 32
    assert found["6.1.3"].parent == "6.1"
    assert found["6.1"].heading
    assert found["10.2"].stage == "act"


def test_what_has_to_be_documented_is_named_and_marked_as_unverified() -> None:
    wanted = "4.3 5.2 6.1.1 6.1.2 6.1.3 6.1.4 6.2 7.2 7.5 8.1 8.2 8.3 8.4 9.1 9.2.2 9.3.3 10.2"
    assert [row.clause for row in required_records()] == wanted.split()
    assert not any(row.verified for row in required_records())


def test_the_nist_framework_has_72_subcategories() -> None:
    assert len(subcategories()) == 72
    assert all(one.verified for one in subcategories().values())
    data = copy.deepcopy(dict(standard("nist_ai_rmf")))
    data["functions"][0]["categories"][0]["subcategories"][0]["verified"] = False
    assert not framework_of(data)["GOVERN 1.1"].verified


def test_every_correspondence_names_items_that_there_are() -> None:
    assert crosswalk()["A.9.3"].eu_ai_act == ("art-14",)
    assert all(name in known_ids("iso42001") for name in crosswalk())


@pytest.mark.parametrize("name", NAMES)
def test_every_standard_loads_and_says_where_it_is_from(name: str) -> None:
    assert standard(name)["source"]
    assert standard(name)["verified_by"] in {"primary", "secondary", "nobody"}


def test_an_unknown_standard() -> None:
    with pytest.raises(StandardInvalid, match="iso9001"):
        standard("iso9001")


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("read", "name", "change", "words"),
    [
        (annex_of, "iso42001", lambda d: d["annex_a"]["groups"].pop(), "38 should be"),
        (annex_of, "iso42001", lambda d: _first(d).pop("title"), "lacks `'title'`"),
        (annex_of, "iso42001", lambda d: _first(d).update(evidence=["gut feeling"]), "no class"),
        (annex_of, "iso42001", lambda d: _first(d).update(oscal_id="a.2.3"), "another's"),
        (annex_of, "iso42001", lambda d: _first(d).update(id="A.2.3", oscal_id="a.2.3"), "38"),
        (clauses_of, "iso42001", lambda d: d["clauses"][2]["subclauses"].pop(), "32 should be"),
        (clauses_of, "iso42001", lambda d: d["clauses"].pop(), "32 should be"),
        (
            clauses_of,
            "iso42001",
            lambda d: d["clauses"][0]["subclauses"][0].update(id="44.1"),
            "stands below none",
        ),
        (required_of, "iso42001", lambda d: d["required_records"].reverse(), "not in the order"),
        (
            required_of,
            "iso42001",
            lambda d: d["required_records"].append({"clause": "5.4", "record": "AI policy"}),
            "`5.4`, which is no clause",
        ),
        (framework_of, "nist_ai_rmf", lambda d: d["functions"].pop(), "59 subcategories, not 72"),
        (
            framework_of,
            "nist_ai_rmf",
            lambda d: d["functions"][0]["categories"][0].update(oscal_id="govern-2"),
            "another's",
        ),
        (articles_of, "eu_ai_act", lambda d: d["articles"].reverse(), "not in order"),
        (articles_of, "eu_ai_act", lambda d: d["articles"][0].update(article=114), "not that of"),
        (articles_of, "eu_ai_act", lambda d: d["articles"][0].update(roles=["user"]), "a role"),
        (articles_of, "eu_ai_act", lambda d: d["articles"][0].update(classes=["tall"]), "a class"),
        (
            articles_of,
            "eu_ai_act",
            lambda d: d["articles"][0].update(applies={"from": "2026-08-03"}),
            "no key date",
        ),
        (
            articles_of,
            "eu_ai_act",
            lambda d: d["articles"][0].update(through={"deployer": "art-99"}),
            "not here",
        ),
        (key_dates_of, "eu_ai_act", lambda d: d["key_dates"].reverse(), "not in order"),
        (
            key_dates_of,
            "eu_ai_act",
            lambda d: d["key_dates"][0].update(date="2 August 2026"),
            "is no day",
        ),
        (
            superseded_of,
            "eu_ai_act",
            lambda d: d["superseded_dates"][0].update(now="2026-08-01"),
            "became no key date",
        ),
        (
            crosswalk_of,
            "crosswalk",
            lambda d: d["mappings"][0].update(eu_ai_act=["art-29a"]),
            "has no `art-29a`",
        ),
        (crosswalk_of, "crosswalk", lambda d: d["mappings"].append(d["mappings"][0]), "twice"),
        (
            crosswalk_of,
            "crosswalk",
            lambda d: d.update(relationship_default="the-same-as"),
            "vocabulary",
        ),
    ],
)
def test_data_that_is_not_what_it_should_be(
    read: Callable[[Any], Any], name: str, change: Change, words: str
) -> None:
    data = copy.deepcopy(dict(standard(name)))
    read(data)
    change(data)
    with pytest.raises(StandardInvalid, match=words):
        read(data)


def _first(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["annex_a"]["groups"][0]["controls"][0]
    return found
