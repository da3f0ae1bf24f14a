"""What a plan says of oversight by people (ISO/IEC 42001:2023, 9.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oversight:
    """How the oversight by people is measured.

    A verdict is faster than its text could be read where it took less than its words at
    `words_per_minute`; it is reversed where the same matter is decided otherwise within
    `reversal_seconds`. At most `planted_per_day` escalations a day may be made up to see whether
    reviewers catch them; with 0 none may.
    """

    words_per_minute: int = 300
    reversal_seconds: int = 604_800
    planted_per_day: int = 0
