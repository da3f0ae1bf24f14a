"""The NIST AI RMF 1.0: functions, categories, and its 72 subcategories."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.standards.catalogue import reading, standard

SUBCATEGORIES = {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}
"""How many each function has (NIST AI 100-1, tables 1 to 4): 72 in all."""
CATEGORIES = 19


@dataclass(frozen=True, slots=True)
class Subcategory:
    """A subcategory, a category or a function, with NIST's text; `parent` is the one around it."""

    id: str
    text: str
    parent: str
    function: str
    verified: bool = True


@functools.cache
def framework() -> Mapping[str, Subcategory]:
    """Return functions, categories and subcategories in order, by id."""
    return framework_of(standard("nist_ai_rmf"))


def framework_of(data: Mapping[str, Any]) -> Mapping[str, Subcategory]:
    """Return the functions, categories and subcategories of some data of the framework.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    found: dict[str, Subcategory] = {}
    with reading("nist_ai_rmf"):
        for function in data["functions"]:
            name = function["id"]
            _add(found, Subcategory(name, function["text"], "", name))
            for category in function["categories"]:
                _check_oscal(category)
                _add(found, Subcategory(category["id"], category["text"], name, name))
                for row in category["subcategories"]:
                    _check_oscal(row)
                    known = row.get("verified", True)
                    one = Subcategory(row["id"], row["text"], category["id"], name, known)
                    _add(found, one)
    _check_counts(found)
    return found


@functools.cache
def subcategories() -> Mapping[str, Subcategory]:
    """Return the 72 subcategories in order, by id (`GOVERN 1.1`)."""
    return {id_: one for id_, one in framework().items() if "." in id_}


def _add(found: dict[str, Subcategory], one: Subcategory) -> None:
    if one.id in found or not one.id.startswith(one.parent):
        raise StandardInvalid(f"the NIST AI RMF has {cut(one.id)} twice, or in the wrong place")
    found[one.id] = one


def _check_oscal(row: Mapping[str, str]) -> None:
    if row["oscal_id"] != row["id"].lower().replace(" ", "-"):
        raise StandardInvalid(f"the OSCAL id of {cut(row['id'])} is another's")


def _check_counts(found: Mapping[str, Subcategory]) -> None:
    counts = Counter(one.function for id_, one in found.items() if "." in id_)
    categories = [id_ for id_ in found if " " in id_ and "." not in id_]
    if counts != SUBCATEGORIES or len(categories) != CATEGORIES:
        raise StandardInvalid(f"the NIST AI RMF has {sum(counts.values())} subcategories, not 72")
