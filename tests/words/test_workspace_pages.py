"""What the pages on the workspace's files show is right in form, and they name every key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from watchkeeper.plan.workspace.checked import check
from watchkeeper.plan.workspace.kinds import PLACES
from watchkeeper.plan.workspace.yaml_tree import parse_yaml

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted((DOCS / "workspace").glob("*.md"))
_PART = re.compile(r"^#+ ([^\n]+)$|^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        heading = ""
        for found in _PART.finditer(page.read_text(encoding="utf-8")):
            if found[1]:
                heading = re.sub(r"&lt;.*?&gt;", "*", found[1])
            else:
                yield heading, found[2]


def test_most_files_have_an_example() -> None:
    shown = {name for name, _ in _examples()}
    assert {"scope.yaml", "objectives.yaml", "soa.yaml", "risks/*.yaml", "competence.yaml"} <= shown
    assert {"documents.yaml", "findings/*.yaml"} <= shown


@pytest.mark.parametrize(("name", "text"), [*_examples()], ids=lambda said: said.partition("\n")[0])
def test_an_example_holds(name: str, text: str) -> None:
    place = next(one for one in PLACES if one.where == name)
    checked, findings = check(place.model, name, parse_yaml(text))
    assert findings == ()
    assert checked is not None


def _keys(kind: Any, seen: set[Any]) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind in seen:
            return
        seen.add(kind)
        for name, field in kind.model_fields.items():
            yield field.alias or name
            yield from _keys(field.annotation, seen)
    for inner in get_args(kind):
        yield from _keys(inner, seen)


def test_every_key_of_every_file_is_named() -> None:
    pages = [*PAGES, DOCS / "workspace.md"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    keys = {key for place in PLACES for key in _keys(place.model, set())}
    missing = [key for key in sorted(keys) if not re.search(rf"[`{{ ,(]{key}[`:,}}) ]", text)]
    assert missing == []


def test_every_link_leads_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)
