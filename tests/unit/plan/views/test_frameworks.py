"""A framework from the side of one system: what matters, what supports it, what lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.frameworks.articles import (
    ArticlesView,
    articles_view,
    roles_of,
)
from watchkeeper.plan.views.frameworks.elements import elements_view, standing_of
from watchkeeper.plan.views.frameworks.subcategories import subcategories_view
from watchkeeper.plan.views.frameworks.support import Evidence
from watchkeeper.plan.views.frameworks.text import (
    articles_text,
    elements_text,
    subcategories_text,
)
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.records.figures import (
    ControlFigure,
    Figures,
    ObjectiveFigure,
    PlaceFigure,
    SystemFigure,
)
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.standards.articles import articles

HERE = PlaceFigure("desk", "enforced", 7, Ref(0, 5))
SILENT_HERE = PlaceFigure("desk", "silent-with-traffic")
FIRED_THERE = PlaceFigure("other", "enforced", 3, Ref(0, 9))
FIRED = Figures(
    "captured", 9, controls=(ControlFigure("limits", "enforced", 7, Ref(0, 5), (HERE,)),)
)
AIM = ObjectiveFigure("in-time", "met", "97 %", 40, systems=("desk",))
MET = Figures("captured", 9, objectives=(AIM,))
UNMEASURED = Figures("captured", 9, objectives=(ObjectiveFigure("in-time", "no-value"),))
SILENT = Figures(
    "captured",
    9,
    controls=(ControlFigure("limits", "enforced", 3, None, (SILENT_HERE, FIRED_THERE)),),
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Register, Bundle]:
    linted = lint_workspace(ManagedWorkspace().write(tmp_path_factory.mktemp("aims")), TODAY)
    assert linted.register is not None
    assert linted.bundle is not None, linted.findings
    return linted.register, linted.bundle


def with_class(tier: str, role: str = "deployer", more: dict[str, Any] | None = None) -> Register:
    world = ManagedWorkspace()
    world.change("system", "desk", role=role, ai_act={"class": tier, "why": "Said."} | (more or {}))
    return world.register()


def ids(view: ArticlesView) -> list[str]:
    return [row.id for row in view.rows]


@pytest.mark.parametrize(
    ("tier", "role", "there", "not_there"),
    [
        ("minimal", "deployer", {"art-4", "art-5"}, {"art-14", "art-26", "art-50", "art-43"}),
        ("transparency", "deployer", {"art-4", "art-50"}, {"art-26", "art-72"}),
        ("high-risk-annex-iii", "deployer", {"art-26", "art-27", "art-14"}, {"art-43", "art-23"}),
        ("high-risk-annex-i", "deployer", {"art-26", "art-14"}, {"art-27", "art-49"}),
        ("high-risk-annex-iii", "provider", {"art-43", "art-47", "art-49"}, {"art-26", "art-27"}),
        ("high-risk-annex-i", "importer", {"art-23", "art-25"}, {"art-16", "art-24"}),
        ("annex-iii-exempt", "provider", {"art-6", "art-49"}, {"art-9", "art-43"}),
        ("gpai", "provider", {"art-53", "art-50"}, {"art-55", "art-9"}),
        ("gpai-systemic", "provider", {"art-53", "art-55"}, {"art-9"}),
        ("prohibited", "deployer", {"art-5"}, {"art-26"}),
    ],
)
def test_the_articles_that_matter(
    tier: str, role: str, there: set[str], not_there: set[str]
) -> None:
    found = set(ids(articles_view(with_class(tier, role), None, "desk", TODAY)))
    assert there <= found
    assert not found & not_there


def test_what_is_undetermined_is_shown_as_a_whole_and_said() -> None:
    view = articles_view(with_class("undetermined", "user"), None, "desk", TODAY)
    assert ids(view) == list(articles())
    assert all("the class is undetermined" in row.why for row in view.rows)
    assert all("the role is undetermined" in row.why for row in view.rows)


@pytest.mark.parametrize(
    ("said", "named", "role"),
    [
        ("deployer", None, ("deployer",)),
        ("We are the Provider of it", None, ("provider",)),
        ("authorised representative", None, ("authorised-representative",)),
        ("deployer and provider", None, ("provider", "deployer")),
        ("user", None, ()),
        ("user", "importer", ("importer",)),
        ("product manufacturer", "provider", ("provider",)),
    ],
)
def test_the_role(said: str, named: str | None, role: tuple[str, ...]) -> None:
    more = {"role": named} if named else {}
    register = with_class("minimal", said, more)
    says = register.systems["desk"]
    assert isinstance(says, SystemFile)
    assert roles_of(says) == role


def test_who_has_two_roles_meets_the_articles_of_both() -> None:
    view = articles_view(
        with_class("high-risk-annex-iii", "provider, deployer"), None, "desk", TODAY
    )
    why = {row.id: row.why for row in view.rows}
    assert why["art-43"] == "it speaks of class high-risk-annex-iii and of a provider"
    assert why["art-26"] == "it speaks of class high-risk-annex-iii and of a deployer"
    assert why["art-4"] == "it speaks of every system and of a provider and of a deployer"
    assert view.role == "provider, deployer"


def test_dates_go_by_the_class() -> None:
    def days(tier: str, id_: str) -> tuple[tuple[str, ...], bool]:
        view = articles_view(with_class(tier, "provider"), None, "desk", TODAY)
        row = next(row for row in view.rows if row.id == id_)
        return row.applies, row.in_force

    assert days("high-risk-annex-iii", "art-14") == (("2027-12-02 (applies)",), False)
    assert days("high-risk-annex-i", "art-14") == (("2028-08-02 (applies)",), False)
    assert days("minimal", "art-4") == (("2025-02-02 (applies)",), True)
    waits = "in effect with the high-risk dates; itself from 2026-08-02"
    assert days("high-risk-annex-iii", "art-43") == ((f"2027-12-02 ({waits})",), False)


def test_a_class_of_evidence_stands_for_no_other(plan: tuple[Register, Bundle]) -> None:
    register, bundle = plan
    (annex,) = register.controls["limits"].annex_a[:1] or ("",)
    support = {}
    for name, figures in (("none", None), ("silent", SILENT), ("fired", FIRED)):
        view = subcategories_view(register, bundle, "desk", TODAY, figures)
        rows = [row for row in view.rows if annex in row.beside]
        assert rows
        support[name] = rows[0].support
    runtime = f"{annex}: no evidence of class runtime"
    assert any(runtime in said and "no log at hand" in said for said in support["none"].missing)
    silent = [said for said in support["silent"].missing if runtime in said]
    assert silent == [f"{runtime} (limits: silent-with-traffic)"]
    assert not any(runtime in said for said in support["fired"].missing)
    fired = Evidence(
        "runtime",
        "captured",
        "limits decided or limited 7 actions (stage demonstration)",
        "record 0/5",
    )
    assert fired in support["fired"].evidence
    assert fired not in support["silent"].evidence
    assert {one.kind for one in support["none"].evidence} >= {"configuration"}


@pytest.mark.parametrize(("origin", "there"), [("captured", True), ("reconstructed", False)])
def test_a_log_that_verifies_is_evidence_that_events_are_logged(
    plan: tuple[Register, Bundle], origin: str, there: bool
) -> None:
    here = SystemFigure("desk", 2, Ref(0, 7))
    figures = Figures(origin, 9, decisions=3, last_decision=Ref(0, 8), systems=(here,))
    view = subcategories_view(*plan, "desk", TODAY, figures)
    row = next(row for row in view.rows if row.id == "MEASURE 2.8")
    said = "2 decisions of this system in a log of 9 records, which verifies"
    log = Evidence("runtime", "captured", said, "record 0/7")
    assert (log in row.support.evidence) is there
    assert any("no evidence of class runtime" in said for said in row.support.missing) is not there


def test_a_row_that_leaves_out_is_no_evidence(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    rows = world.records["soa", ""]["rows"]
    for row in rows:
        if row["control"] == "A.7.5":
            row |= {"applicable": "out", "why": "No data of ours.", "status": "not-applicable"}
    view = articles_view(_high(world).register(), None, "desk", TODAY)
    row = next(row for row in view.rows if row.id == "art-10")
    assert "A.7.5: left out of the statement of applicability (No data of ours.)" in (
        row.support.missing
    )


def test_words_count_for_no_class() -> None:
    world = _high(ManagedWorkspace())
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = "see the binder" if row["control"] == "A.7.2" else ""
    view = articles_view(world.register(), None, "desk", TODAY)
    row = next(row for row in view.rows if row.id == "art-10")
    assert (
        Evidence("words", "attested", "see the binder", "soa.yaml, A.7.2") in row.support.evidence
    )
    assert "A.7.2: no evidence of class document" in row.support.missing


def test_items_of_evidence_keep_class_and_origin() -> None:
    world = _high(ManagedWorkspace())
    item = {"class": "document", "origin": "attested", "by": "ana", "document": "ai-policy"}
    for row in world.records["soa", ""]["rows"]:
        if row["control"] == "A.7.2":
            row["evidence"] = [item]
    view = articles_view(world.register(), None, "desk", TODAY)
    row = next(row for row in view.rows if row.id == "art-10")
    found = Evidence("document", "attested", "document ai-policy", "document ai-policy")
    assert found in row.support.evidence
    assert "A.7.2: no evidence of class document" not in row.support.missing


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({}, True),
        ({"approved_by": None}, False),
        ({"digest": "0" * 64}, False),
        ({"id": "x"}, False),
    ],
)
def test_a_document_that_nobody_approved_is_a_word(change: dict[str, Any], there: bool) -> None:
    world = _high(ManagedWorkspace())
    document = world.records["documents", ""]["documents"][0]
    document |= change
    for key in [key for key, value in document.items() if value is None]:
        del document[key]
    item = {"class": "document", "origin": "attested", "by": "ana", "document": "ai-policy"}
    for row in world.records["soa", ""]["rows"]:
        if row["control"] == "A.7.2":
            row["evidence"] = [item]
    view = articles_view(world.register(), None, "desk", TODAY)
    row = next(row for row in view.rows if row.id == "art-10")
    assert ("A.7.2: no evidence of class document" not in row.support.missing) is there


@pytest.mark.parametrize(
    ("named", "figures", "there"),
    [
        ({"control": "limits"}, None, []),
        ({"control": "limits"}, SILENT, []),
        (
            {"control": "limits"},
            FIRED,
            ["limits decided or limited 7 actions (stage demonstration)"],
        ),
        ({"objective": "in-time"}, None, []),
        ({"objective": "in-time"}, MET, ["objective in-time: met, 97 %, of 40"]),
        ({"objective": "in-time"}, UNMEASURED, []),
        ({"record": "0/5"}, FIRED, ["limits decided or limited 7 actions (stage demonstration)"]),
        ({"record": "0/5"}, SILENT, []),
    ],
)
def test_what_a_row_says_of_the_log_is_looked_up_there(
    tmp_path: Path, named: dict[str, str], figures: Figures | None, there: list[str]
) -> None:
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        if row["control"] == "A.9.4":
            row["evidence"] = [{"class": "runtime", "origin": "captured", **named}]
    linted = lint_workspace(world.write(tmp_path), TODAY)
    assert linted.register is not None
    view = subcategories_view(linted.register, linted.bundle, "desk", TODAY, figures)
    row = next(row for row in view.rows if row.id == "MAP 1.1")
    assert [one.what for one in row.support.evidence if one.kind == "runtime"] == there
    assert any("A.9.4: no evidence of class runtime" in s for s in row.support.missing) is (
        not there
    )


def test_records_of_another_system_support_nothing() -> None:
    world = _high(ManagedWorkspace())
    world.change("impact", "other", **{**world.records["impact", "desk"], "system": "other"})
    world.change("system", "other", **{**world.records["system", "desk"], "id": "other"})
    world.remove("impact", "desk")
    world.records["system", "desk"]["ai_act"]["role"] = "deployer"
    rows = articles_view(world.register(), None, "desk", TODAY).rows
    row = next(row for row in rows if row.id == "art-27")
    assert not [one for one in row.support.evidence if one.where.startswith("impacts/")]
    assert any("8.4" in said and "missing" in said for said in row.support.missing)


def test_nothing_of_nist_is_left_out_in_silence(plan: tuple[Register, Bundle]) -> None:
    view = subcategories_view(*plan, "desk", TODAY)
    assert len(view.rows) + len(view.untouched) == 72
    assert all(name in subcategories_text([view], log=False) for name in view.untouched)


def test_an_impact_assessment_element_by_element() -> None:
    world = ManagedWorkspace()
    world.records["impact", "desk"]["harms"].append({"id": "late", "what": "Too late."})
    world.records["impact", "desk"]["misuse"] = [{"what": "Twice.", "measures": ["Look."]}]
    view = elements_view(world.register(), "desk", TODAY)
    rows = {row.id: row for row in view.rows}
    assert rows["6.3.1"].support.missing == ()
    assert rows["6.4"].support.missing == ("impacts/desk.yaml says nothing of `data`",)
    assert rows["6.9"].support.missing == ("impacts/desk.yaml: no measures for `Too late.`",)
    assert rows["6.9"].support.evidence[0].what == "harms, measures: 1 entry"
    assert standing_of(view) == "approved by ben, good until 2027-06-30"
    text = elements_text([view])
    assert "6.5    Algorithm and model information  (unverified)" in text


def test_no_assessment_is_said() -> None:
    register = ManagedWorkspace().remove("impact").register()
    view = elements_view(register, "desk", TODAY)
    assert standing_of(view) == "there is no impacts/desk.yaml"
    assert all(row.support.missing for row in view.rows if row.id not in {"6.3.3", "6.3.4"})


def test_without_a_log_it_says_so(plan: tuple[Register, Bundle]) -> None:
    view = articles_view(*plan, "desk", TODAY)
    assert "no log at hand" in articles_text([view], log=False)
    assert "no log at hand" not in articles_text(
        [articles_view(*plan, "desk", TODAY, FIRED)], log=True
    )


def test_what_is_unverified_is_marked() -> None:
    view = articles_view(with_class("high-risk-annex-iii", "provider"), None, "desk", TODAY)
    text = articles_text([view], log=False)
    for number in (40, 43, 47, 48, 49):
        title = articles()[f"art-{number}"].title
        assert f"art-{number}  {title}  (unverified)" in text
    assert "secondary sources" in text
    assert {row["id"]: row["verified"] for row in view.json()["rows"]}["art-48"] is False


def _high(world: ManagedWorkspace) -> ManagedWorkspace:
    tier = {"class": "high-risk-annex-iii", "why": "Said.", "role": "provider"}
    if ("impact", "other") not in world.records:
        world.change("system", "desk", ai_act=tier)
    return world
