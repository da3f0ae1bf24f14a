"""Controls, and the rows of the statement of applicability (ISO/IEC 42001:2023, 6.1.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A control: what should hold, who owns it, what enforces it.

    `annex_a` are ids of ISO/IEC 42001 Annex A; `policies` the ids of the policies that enforce it
    in `systems`; `built_in` names the check of the runtime itself that enforces it (a reason
    code), where no policy does.
    """

    id: str
    statement: str
    owner: str
    annex_a: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the statement of applicability: `applicable` is in, out or undetermined."""

    control: str
    applicable: str
    why: str
    status: str
    owner: str = ""
    evidence: str = ""
