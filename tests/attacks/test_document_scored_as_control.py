"""A binder full of documents is offered as evidence of controls that nothing enforces.

Each class of evidence that a control needs is filled by items of that class alone, and only what
was enforced and fired counts as having run.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.clauses.annex import AnnexRow, annex_text, annex_view
from watchkeeper.plan.views.clauses.runtime import runtime_of
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.records.figures import ControlFigure, Figures, ObjectiveFigure
from watchkeeper.records.reference import Ref
from watchkeeper.standards.catalogue import annex_a

NEEDED = "A.9.4"  # stands for the control `limits`
DOCUMENT = {"class": "document", "origin": "attested", "document": "ai-policy"}


def _row(evidence: Any, figures: Figures | None = None) -> AnnexRow:
    world = ManagedWorkspace()
    for row in world.records["soa", ""]["rows"]:
        row["evidence"] = evidence
    rows = annex_view(world.register(), None, figures)
    return next(row for row in rows if row.control == NEEDED)


def _figures(state: str, fired: int) -> Figures:
    seen = ControlFigure("limits", state, fired, Ref(0, 5))
    return Figures(origin="captured", size=9, controls=(seen,))


def test_documents_fill_their_own_class_alone() -> None:
    row = _row([DOCUMENT, {**DOCUMENT, "document": "running"}])
    assert "runtime" in row.needs
    assert set(row.missing) == set(row.needs) - {"document"}


def test_words_fill_no_class() -> None:
    row = _row("It is all in the binder, and works since 2019.")
    assert row.missing == row.needs
    assert "for no class" in annex_text((row,), log=False)


@pytest.mark.parametrize(
    ("state", "fired", "counts"),
    [
        ("enforced", 3, True),
        ("enforced", 0, False),
        ("document-only", 3, False),
        ("observed-only", 3, False),
        ("in-process-only", 3, False),
        ("could-not-evaluate", 3, False),
        ("silent-with-traffic", 0, False),
    ],
)
def test_only_what_was_enforced_ran(state: str, fired: int, counts: bool) -> None:
    row = _row("", _figures(state, fired))
    assert ("runtime" not in row.missing) is counts
    assert [item.origin for item in row.items] == ["captured"] * counts


@pytest.mark.parametrize(
    "place", [{"control": "limits"}, {"objective": "in-time"}, {"record": "0/5"}]
)
def test_a_row_that_names_the_log_shows_nothing_of_it(place: dict[str, str]) -> None:
    claimed = {"class": "runtime", "origin": "captured", **place}
    for figures in (None, _figures("silent-with-traffic", 0)):
        row = _row([claimed], figures)
        assert "runtime" in row.missing
        assert "names" in row.words


def test_a_row_that_names_a_control_that_fires_is_borne_out() -> None:
    row = _row(
        [{"class": "runtime", "origin": "captured", "control": "limits"}], _figures("enforced", 3)
    )
    assert "runtime" not in row.missing


def test_what_ran_fills_no_other_class() -> None:
    row = _row("", _figures("enforced", 3))
    assert set(row.missing) == set(row.needs) - {"runtime"}


def test_nothing_is_added_up() -> None:
    world = ManagedWorkspace()
    text = annex_text(annex_view(world.register(), None), log=False)
    assert "%" not in text
    assert all(one in text for one in annex_a())
    value = clauses_view(world.register(), None, TODAY).json()
    assert not {"score", "percent", "total"} & set(value)


@pytest.mark.parametrize(
    ("state", "fired", "counts"),
    [("enforced", 3, True), ("document-only", 0, False), ("silent-with-traffic", 0, False)],
)
@pytest.mark.parametrize("clause", ["8.1", "8.3"])
def test_what_did_not_fire_is_not_shown_beside_a_clause(
    clause: str, state: str, fired: int, counts: bool
) -> None:
    found = runtime_of(clause, ManagedWorkspace().register(), _figures(state, fired))
    assert found is not None
    (one,) = [one for one in found if one.what.startswith("control limits")]
    assert (one.counts, one.json()["origin"]) == (counts, "captured" if counts else None)


@pytest.mark.parametrize(
    ("aim", "counts"),
    [
        (ObjectiveFigure("in-time", "met", "97 %", 40), True),
        (ObjectiveFigure("in-time", "missed", "12 %", 40), True),
        (ObjectiveFigure("in-time", "too-few", None, 4), False),
        (ObjectiveFigure("in-time", "not-measurable"), False),
    ],
)
def test_an_objective_without_a_value_is_not_shown(aim: ObjectiveFigure, counts: bool) -> None:
    figures = Figures("captured", 9, decisions=3, objectives=(aim,))
    world = ManagedWorkspace()
    found = runtime_of("9.1", world.register(), figures)
    assert found is not None
    assert [one.counts for one in found] == [counts]
    text = clauses_text(clauses_view(world.register(), None, TODAY, figures))
    label = "runtime       " if counts else "not shown     "
    assert f"{label}objective in-time: {aim.verdict}" in text
