"""The elements of an impact assessment (ISO/IEC 42005:2025), and where our records hold them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.errors import StandardInvalid
from watchkeeper.standards.catalogue import reading, standard


@dataclass(frozen=True, slots=True)
class Element:
    """A clause of ISO/IEC 42005: number, short title, our paraphrase.

    `keys` say where our own records hold it: `impact.harms` in `impacts/<system>.yaml`,
    `system.purpose` in `systems/<id>.yaml`. The clauses on the process (5.x), and headings, have
    none.
    """

    id: str
    title: str
    paraphrase: str
    keys: tuple[str, ...]
    verified: bool


@functools.cache
def elements() -> Mapping[str, Element]:
    """Return the clauses on the process (5.x) and on the documentation (6.x), by number.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    with reading("iso42005"):
        data = standard("iso42005")
        found = [
            Element(
                id=row["id"],
                title=row["title"],
                paraphrase=row.get("paraphrase", ""),
                keys=tuple(row.get("keys", ())),
                verified=row.get("verified", True),
            )
            for row in (*data["process"], *data["documentation"])
        ]
    if len({one.id for one in found}) != len(found):
        raise StandardInvalid("ISO/IEC 42005 has an element twice")
    return {one.id: one for one in found}


@functools.cache
def documented() -> tuple[Element, ...]:
    """Return the elements that an assessment itself holds, in order."""
    return tuple(one for one in elements().values() if one.keys)
