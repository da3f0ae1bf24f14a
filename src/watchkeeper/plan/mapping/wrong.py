"""One thing that is wrong with somebody's mapping."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrong:
    """A place, a stable code, the number it is about, what is wrong, and what to do.

    Codes: `no-such-id`, `mislabelled`, `guidance-number`, `lookalike`, `superseded-date`,
    `wrong-count`.
    """

    place: str
    code: str
    id: str
    message: str
    advice: str
