"""Controls, and the rows of the statement of applicability (ISO/IEC 42001:2023, 6.1.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A control: what should hold, who owns it, what enforces it.

    `annex_a` are ids of ISO/IEC 42001 Annex A; `policies` the ids of the policies that enforce it
    in `systems`; `built_in` names the check of the runtime itself that enforces it (a reason
    code), where no policy does. `expects` are the policies that it says must enforce it, and
    `sentences` the sentences of controlled documents that are bound to it (`document#anchor`).
    """

    id: str
    statement: str
    owner: str
    annex_a: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


NAMED = "named"
"""How evidence came about that a row names, and that was not looked up."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the statement of applicability: `applicable` is in, out or undetermined.

    `due` is the day by which what it leaves to do is done; `risks` are those that it answers
    to, and `evidence_classes` which kinds of evidence it says there are and how each came about
    (`document:attested`). A plan is made before it runs: of what a log or a drill has yet to show
    it says `runtime:named`, `test:named`. Plans made earlier may say `captured` there; no more is
    meant by it.
    """

    control: str
    applicable: str
    why: str
    status: str
    owner: str = ""
    evidence: str = ""
    due: str | None = None
    risks: tuple[str, ...] = ()
    evidence_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """Which version of a document somebody approved; the days are `YYYY-MM-DD`."""

    version: str | None = None
    owner: str | None = None
    approved_by: str | None = None
    approved: str | None = None
    review_by: str | None = None
