"""Only keys that can hold parts are walked, and from the files of a workspace all are reached."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from watchkeeper.plan.lint.management.parts import keys_with_parts
from watchkeeper.plan.lint.management.references import REFERENCES
from watchkeeper.plan.workspace.kinds import PLACES
from watchkeeper.plan.workspace.models.control import ControlFile, RowEntry
from watchkeeper.plan.workspace.models.head import EvidenceEntry


def models_in(annotation: object) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for inner in get_args(annotation) for model in models_in(inner)}


def reached() -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    ahead: list[type[BaseModel]] = [place.model for place in PLACES]
    while ahead:
        model = ahead.pop()
        if model not in found:
            found.add(model)
            for key, _ in keys_with_parts(model):
                ahead.extend(models_in(model.model_fields[key].annotation))
    return found


def test_text_holds_no_parts() -> None:
    assert keys_with_parts(ControlFile) == (("claims", "claims"),)
    assert [key for key, _ in keys_with_parts(RowEntry)] == ["bindings", "evidence"]
    assert keys_with_parts(EvidenceEntry) == ()


def test_every_part_that_refers_to_something_is_reached() -> None:
    names = {model for found in reached() for model in found.__mro__}
    assert set(REFERENCES) <= names
    assert EvidenceEntry in names
