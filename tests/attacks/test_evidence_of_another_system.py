"""What one system did is shown as evidence of another, which never touched the gateway.

Only records of a system count for it. What is of the whole organisation says so and fills nothing
of one system; what did not fire, and an objective that came to no value, is missing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.aims_desk import managed_plan
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.frameworks.articles import articles_view
from watchkeeper.plan.views.frameworks.subcategories import subcategories_view
from watchkeeper.plan.views.frameworks.support import Seen, Support
from watchkeeper.plan.views.frameworks.text import articles_text
from watchkeeper.records.figures import (
    ControlFigure,
    Figures,
    ObjectiveFigure,
    PlaceFigure,
    SignalFigure,
    SystemFigure,
)
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.standards.items import items

LAST = Ref(0, 8)
LOG = Figures(
    "captured",
    9,
    decisions=7,
    last_decision=LAST,
    releases=1,
    release=Ref(0, 1),
    controls=(
        ControlFigure(
            "limits",
            "enforced",
            7,
            LAST,
            (PlaceFigure("desk", "enforced", 7, LAST), PlaceFigure("idle", "silent-no-traffic")),
        ),
        ControlFigure("early", "enforced", 2, LAST, (PlaceFigure("", "enforced", 2, LAST),)),
    ),
    objectives=(ObjectiveFigure("in-time", "met", "97 %", 40, LAST, ("desk",)),),
    signals=(SignalFigure("overpaid", "more than 5", LAST, ("desk",)),),
    systems=(SystemFigure("desk", 7, LAST),),
)
IN_THE_LOG = ("4.4", "6.2", "8.1", "8.2", "8.3", "9.1", "A.6.2.8", "A.9.4")


@pytest.fixture(scope="module")
def world() -> tuple[Register, Bundle]:
    world = ManagedWorkspace()
    idle = {**world.records["system", "desk"], "id": "idle", "role": "deployer"}
    idle["ai_act"] = {"class": "high-risk-annex-iii", "why": "Said."}
    del world.change("system", "idle", **idle).records["risk", "overpaid"]["systems"]
    return world.register(), managed_plan()


def support(world: tuple[Register, Bundle], system: str, item: str, figures: Figures) -> Support:
    return Seen(*world, system, TODAY, figures).support(items("iso42001")[item])


def own(found: Support) -> list[str]:
    return [one.what for one in found.evidence if one.kind == "runtime" and not one.whole]


@pytest.mark.parametrize("item", IN_THE_LOG)
def test_it_counts_for_the_system_itself(world: tuple[Register, Bundle], item: str) -> None:
    assert own(support(world, "desk", item, LOG))


@pytest.mark.parametrize("item", IN_THE_LOG)
def test_it_counts_for_no_other(world: tuple[Register, Bundle], item: str) -> None:
    assert own(support(world, "idle", item, LOG)) == []


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("A.6.2.8", "no evidence of class runtime (the log holds no decision of this system)"),
        ("8.1", "what ran is missing (the log holds no decision of this system)"),
        ("8.1", "control limits: no evidence that it runs (silent-no-traffic)"),
        ("4.4", "nothing of this system bears on it"),
    ],
)
def test_it_is_missing_there(world: tuple[Register, Bundle], item: str, said: str) -> None:
    assert f"{item}: {said}" in support(world, "idle", item, LOG).missing
    assert f"{item}: {said}" not in support(world, "desk", item, LOG).missing


@pytest.mark.parametrize("system", ["desk", "idle"])
def test_what_came_before_a_system_was_known_is_of_none(
    world: tuple[Register, Bundle], system: str
) -> None:
    found = support(world, system, "8.1", LOG)
    (early,) = [one for one in found.evidence if "control early" in one.what]
    assert early.whole
    assert early.what.endswith("before a system was known")


@pytest.mark.parametrize("systems", [(), ("desk", "idle")])
def test_what_was_measured_over_several_is_no_ones_own(
    world: tuple[Register, Bundle], systems: tuple[str, ...]
) -> None:
    (aim,), (signal,) = LOG.objectives, LOG.signals
    log = replace(
        LOG,
        objectives=(replace(aim, systems=systems),),
        signals=(replace(signal, systems=systems),),
    )
    for item in ("6.2", "8.2"):
        found = support(world, "idle", item, log)
        assert own(found) == []
        assert [one.whole for one in found.evidence if one.kind == "runtime"] == [True]


@pytest.mark.parametrize("state", ["silent-with-traffic", "document-only", "observed-only"])
def test_a_control_that_did_not_fire_is_missing(world: tuple[Register, Bundle], state: str) -> None:
    here = PlaceFigure("desk", state)
    log = replace(LOG, controls=(ControlFigure("limits", state, places=(here,)),))
    for item in ("8.1", "8.3"):
        found = support(world, "desk", item, log)
        assert f"{item}: control limits: no evidence that it runs ({state})" in found.missing
        assert not [one for one in found.evidence if "control" in one.what]


@pytest.mark.parametrize("verdict", ["too-few", "not-measurable"])
def test_an_objective_without_a_value_is_missing(
    world: tuple[Register, Bundle], verdict: str
) -> None:
    (aim,) = LOG.objectives
    log = replace(LOG, objectives=(replace(aim, verdict=verdict, value=None, of=4),))
    found = support(world, "desk", "9.1", log)
    assert own(found) == []
    assert f"9.1: objective in-time: {verdict}, of 4" in found.missing


def test_without_a_log_what_ran_is_missing(world: tuple[Register, Bundle]) -> None:
    found = Seen(*world, "desk", TODAY).support(items("iso42001")["8.1"])
    assert "8.1: what ran is missing (no log at hand)" in found.missing


def test_every_view_says_whose_it_is(world: tuple[Register, Bundle]) -> None:
    articles = articles_view(*world, "idle", TODAY, LOG)
    rest = subcategories_view(*world, "idle", TODAY, LOG)
    supports = [*(row.support for row in articles.rows), *(row.support for row in rest.rows)]
    ran = [one for found in supports for one in found.evidence if one.kind == "runtime"]
    assert ran
    assert all(one.json()["wholeOrganisation"] for one in ran)
    text = articles_text([articles], log=True)
    assert "runtime, captured, of the whole organisation: a log of 9 records" in text
    assert "it reaches a deployer through art-26" in text
