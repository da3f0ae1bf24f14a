"""The clauses of ISO/IEC 42001:2023, and what of them has to be documented."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.standards.catalogue import reading, standard

CLAUSES = 32
"""What has a text of its own: not the seven clauses 4 to 10, nor headings such as 6.1."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause or subclause: number, short title, our paraphrase.

    `heading` is one that only holds others; `parent` is the number of the one around it, empty
    for 4 to 10. `stage` is plan, do, check or act.
    """

    id: str
    title: str
    paraphrase: str
    parent: str
    stage: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class RequiredRecord:
    """What a clause wants to have written down, in our words; `verified` by a second source."""

    clause: str
    record: str
    verified: bool


@functools.cache
def clauses() -> Mapping[str, Clause]:
    """Return clauses 4 to 10 and all below them, in order, by number."""
    return clauses_of(standard("iso42001"))


def clauses_of(data: Mapping[str, Any]) -> Mapping[str, Clause]:
    """Return the clauses of some data of the standard.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    with reading("iso42001"):
        every = tuple(_clauses(data))
    found = {clause.id: clause for clause in every}
    texts = [clause for clause in every if not clause.heading]
    tops = [clause.id for clause in every if not clause.parent]
    if len(texts) != CLAUSES or tops != [str(number) for number in range(4, 11)]:
        raise StandardInvalid(f"{len(texts)} clauses in ISO/IEC 42001, where {CLAUSES} should be")
    for clause in every:
        if clause.parent and clause.parent not in found:
            raise StandardInvalid(f"the clause {cut(clause.id)} stands below none")
    if len(found) != len(every):
        raise StandardInvalid("ISO/IEC 42001 has a clause twice")
    return found


@functools.cache
def required_records() -> tuple[RequiredRecord, ...]:
    """Return what has to be documented, in the order of the clauses."""
    return required_of(standard("iso42001"))


def required_of(data: Mapping[str, Any]) -> tuple[RequiredRecord, ...]:
    """Return what some data of the standard says has to be documented.

    Raises:
        StandardInvalid: a row names a clause that there is not, or they are not in order.
    """
    with reading("iso42001"):
        found = tuple(
            RequiredRecord(row["clause"], row["record"], row.get("verified", True))
            for row in data["required_records"]
        )
    order = list(clauses())
    for row in found:
        if row.clause not in order:
            raise StandardInvalid(f"a record is required by {cut(row.clause)}, which is no clause")
    if [row.clause for row in found] != sorted({r.clause for r in found}, key=order.index):
        raise StandardInvalid("the required records are not in the order of the clauses")
    return found


def _clauses(data: Mapping[str, Any]) -> Iterator[Clause]:
    for top in data["clauses"]:
        yield Clause(top["id"], top["title"], "", "", top["pdca"], heading=True)
        for below in top["subclauses"]:
            yield Clause(
                id=below["id"],
                title=below["title"],
                paraphrase=below.get("paraphrase", ""),
                parent=below["id"].rpartition(".")[0],
                stage=top["pdca"],
                heading=below.get("heading_only", False),
            )
