"""No view says that something satisfies a duty, is compliant, or is certified: it supports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.exchange.cyclonedx.inventory import bill_of_materials
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.said import said_by
from watchkeeper.plan.views.clauses.text import clauses_text
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.views.frameworks.articles import articles_view
from watchkeeper.plan.views.frameworks.elements import elements_view
from watchkeeper.plan.views.frameworks.subcategories import subcategories_view
from watchkeeper.plan.views.frameworks.text import (
    articles_text,
    elements_text,
    subcategories_text,
)
from watchkeeper.plan.views.item import item_text, item_view
from watchkeeper.plan.views.standards import standards_text, standards_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.figures import ControlFigure, Figures, PlaceFigure
from watchkeeper.records.reference import Ref
from watchkeeper.standards.articles import roles, tiers
from watchkeeper.standards.items import STANDARDS, items

BANNED = re.compile(
    r"\b(satisf(y|ies|ied|ying)|compliant|compliance|compl(y|ies|ied)|certified|conformant"
    r"|conforms?|fulfil(l|ls|s|led)?|guarantees?|ensures?)\b",
    re.IGNORECASE,
)
HERE = PlaceFigure("desk", "enforced", 7, Ref(0, 5))
FIGURES = Figures(
    "captured", 9, controls=(ControlFigure("limits", "enforced", 7, Ref(0, 5), (HERE,)),)
)
SOURCE = Path(__file__).parents[2] / "src" / "watchkeeper"
DESK = Path(__file__).parents[2] / "examples" / "refund-desk" / "aims"


def rendered(folder: Path) -> Iterator[str]:
    linted = lint_workspace(folder, TODAY)
    register, bundle = linted.register, linted.bundle
    assert register is not None
    for figures in (None, FIGURES):
        yield clauses_text(clauses_view(register, bundle, TODAY, figures))
        for system in register.systems:
            articles = articles_view(register, bundle, system, TODAY, figures)
            subcategories = subcategories_view(register, bundle, system, TODAY, figures)
            elements = elements_view(register, system, TODAY)
            yield articles_text([articles], log=figures is not None)
            yield subcategories_text([subcategories], log=figures is not None)
            yield elements_text([elements])
            for view in (articles, subcategories, elements):
                yield json.dumps(view.json())


def claims(text: str) -> list[str]:
    """Return the lines that claim; NIST's own words are NIST's."""
    ours = text
    for one in items("nist_ai_rmf").values():
        ours = ours.replace(one.paraphrase, "")
    return [line for line in ours.splitlines() if BANNED.search(line)]


def test_views_of_the_refund_desk() -> None:
    texts = list(rendered(DESK))
    assert len(texts) > 20
    assert [line for text in texts for line in claims(text)] == []


def test_views_for_every_class_and_role(tmp_path: Path) -> None:
    world, found = ManagedWorkspace(), []
    for tier in (*tiers(), "undetermined"):
        for role in roles():
            world.change("system", "desk", ai_act={"class": tier, "why": "Said.", "role": role})
            view = articles_view(world.register(), None, "desk", TODAY)
            assert "supports an item" in articles_text([view], log=False)
            found += claims(articles_text([view], log=False))
    assert found == []
    assert [line for text in rendered(world.write(tmp_path)) for line in claims(text)] == []


def test_what_is_said_of_every_item() -> None:
    every = [item for name in STANDARDS for item in items(name).values()]
    texts = [item_text(item_view(item, None)) for item in every]
    texts.append(standards_text(standards_view()))
    assert [line for text in texts for line in claims(text)] == []


@pytest.mark.parametrize("folder", ["plan/views", "console/templates"])
def test_what_views_and_pages_are_made_of(folder: str) -> None:
    files = [p for p in (SOURCE / folder).rglob("*") if p.suffix in {".py", ".jinja"}]
    assert files
    found = [
        f"{path.name}: {line.strip()}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if BANNED.search(line) and not _denies(line)
    ]
    assert found == []


def test_what_goes_out(tmp_path: Path) -> None:
    linted = lint_workspace(ManagedWorkspace().write(tmp_path), TODAY)
    assert linted.register is not None
    assert linted.bundle is not None
    said = said_by(linted.register, linted.bundle)
    texts = [raw.decode() for raw in oscal_documents(said, TODAY).values()]
    texts.append(bill_of_materials(said, TODAY).decode())
    assert [line for text in texts for line in claims(text) if not _denies(line)] == []


def _denies(line: str) -> bool:
    """Say whether a line says that something is not so, or speaks of a schema."""
    return re.search(r"\b(not|never|nobody|no)\b|schema", line, re.IGNORECASE) is not None


def test_the_list_finds_what_it_is_for() -> None:
    for said in ("is compliant", "in compliance with", "satisfies article 9", "is certified"):
        assert claims(said) == [said]
    assert claims("supports article 9") == []
