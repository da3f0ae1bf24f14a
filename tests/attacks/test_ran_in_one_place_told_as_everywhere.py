"""Attack: a control that ran in one system is shown as running everywhere, or as running nowhere.

Annex A and clause 8.1 ask one rule, and both say where it ran and how it is elsewhere.
"""

from __future__ import annotations

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.clauses.annex import AnnexRow, annex_view
from watchkeeper.plan.views.clauses.runtime import EVENT_LOGS, RuntimeEvidence, runtime_of
from watchkeeper.plan.views.frameworks.support import Seen
from watchkeeper.records.figures import (
    ControlFigure,
    Figures,
    ObjectiveFigure,
    PlaceFigure,
    SystemFigure,
)
from watchkeeper.records.reference import Ref
from watchkeeper.standards.items import items

RAN = PlaceFigure("desk", "enforced", 3, Ref(0, 5))
FIRED = "control limits: enforced, fired 3 times"
LISTED = {"class": "runtime", "origin": "captured", "objective": "in-time"}


def _both(figures: Figures, *, named: bool = False) -> tuple[AnnexRow, list[RuntimeEvidence]]:
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = [LISTED] if named else ""
    register = world.register()
    annex = next(one for one in annex_view(register, None, figures) if one.control == "A.9.4")
    clause = "9.1" if named else "8.1"
    shown = runtime_of(clause, register, figures) or ()
    return annex, list(shown)


def _seen(*places: PlaceFigure) -> Figures:
    state = places[-1].state
    last = max(place.last for place in places if place.last is not None)
    fired = sum(place.fired for place in places)
    return Figures("captured", 9, controls=(ControlFigure("limits", state, fired, last, places),))


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ((RAN,), FIRED),
        ((RAN, PlaceFigure("old", "retired")), FIRED),
        (
            (RAN, PlaceFigure("idle", "silent-no-traffic")),
            f"{FIRED} in desk; silent-no-traffic in idle",
        ),
        (
            (RAN, PlaceFigure("idle", "enforced")),
            f"{FIRED} in desk; enforced and never fired in idle",
        ),
        (
            (RAN, PlaceFigure("watched", "observed-only", 9, Ref(0, 8))),
            f"{FIRED} in desk; observed-only in watched",
        ),
        (
            (RAN, *(PlaceFigure(f"s{i}", "document-only") for i in range(5))),
            f"{FIRED} in desk; document-only in s0, s1, s2 and 2 more",
        ),
    ],
)
def test_where_it_ran_is_said_in_both(places: tuple[PlaceFigure, ...], said: str) -> None:
    annex, (clause,) = _both(_seen(*places))
    assert "runtime" not in annex.missing
    assert [item.where for item in annex.items] == [f"{said}, record 0/5"]
    assert (clause.what, clause.counts, clause.ref) == (said, True, Ref(0, 5))


@pytest.mark.parametrize("state", ["observed-only", "document-only", "in-process-only"])
def test_what_is_enforced_nowhere_counts_in_neither(state: str) -> None:
    annex, (clause,) = _both(_seen(PlaceFigure("desk", state, 9, Ref(0, 8))))
    assert "runtime" in annex.missing
    assert not clause.counts


@pytest.mark.parametrize(("verdict", "counts"), [("met", True), ("too-few", False)])
def test_an_objective_counts_in_both_or_in_neither(verdict: str, counts: bool) -> None:
    aim = ObjectiveFigure("in-time", verdict, "97 %", 40, Ref(0, 5), ("desk", "idle"))
    annex, (clause,) = _both(Figures("captured", 9, objectives=(aim,)), named=True)
    assert clause.what == f"objective in-time: {verdict}, 97 %, of 40, over desk, idle"
    assert ("runtime" not in annex.missing, clause.counts) == (counts, counts)


@pytest.mark.parametrize(
    ("origin", "decisions", "counts"),
    [("captured", 7, True), ("captured", 0, False), ("reconstructed", 7, False)],
)
def test_the_log_itself_is_told_alike_in_annex_a_and_in_each_system(
    origin: str, decisions: int, counts: bool
) -> None:
    here = (SystemFigure("desk", decisions, Ref(0, 8)),) if decisions else ()
    log = Figures(origin, 9, decisions=decisions, last_decision=Ref(0, 8), systems=here)
    register = ManagedWorkspace().register()
    annex = next(one for one in annex_view(register, None, log) if one.control == EVENT_LOGS)
    found = Seen(register, None, "desk", TODAY, log).support(items("iso42001")[EVENT_LOGS])
    own = [one for one in found.evidence if one.kind == "runtime" and not one.whole]
    assert ("runtime" not in annex.missing, bool(own)) == (counts, counts)
