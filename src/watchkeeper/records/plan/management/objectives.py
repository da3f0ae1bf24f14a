"""Objectives of the management system, as queries over the log (ISO/IEC 42001:2023, 6.2)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Counted(enum.StrEnum):
    """What is counted."""

    DECISIONS = "decisions"
    ESCALATIONS = "escalations"
    EFFECTS = "effects"
    VERDICTS = "verdicts"
    UNKNOWN = "unknown"
    PLANTED = "planted"
    REFUSALS = "refusals"


class ShareOf(enum.StrEnum):
    """By what a share of them is taken."""

    OUTCOME = "outcome"
    REASON = "reason"
    STATUS = "status"
    DECIDED_WITHIN = "decided_within"
    CAUGHT = "caught"
    TOO_FAST = "too_fast"


class QuantileOf(enum.StrEnum):
    """Of what duration a quantile is taken."""

    DECIDED_AFTER = "decided_after"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Share:
    """Those of them with one of `values`, or, of `decided_within`, no slower than `seconds`."""

    by: ShareOf
    values: tuple[str, ...] = ()
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Quantile:
    """The duration that so large a part of them does not pass; `at` is a decimal from 0 to 1."""

    at: str
    of: QuantileOf


@dataclass(frozen=True, slots=True)
class Measure:
    """A query: exactly one of a share, a quantile and, with neither, how many there are.

    `where` maps what is looked at (`system`, `agent`, `tool`, ...) to the values that are wanted.
    """

    of: Counted
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    share: Share | None = None
    quantile: Quantile | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What the value has to reach: a share as a decimal up to 1, a count, or seconds, as text."""

    at_least: str | None = None
    at_most: str | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """What is aimed at, who answers for it, and how it is measured over a window that ends now.

    With fewer than `least` to measure there is no value, and an objective without a value is not
    met.
    """

    id: str
    says: str
    owner: str
    measure: Measure
    target: Target
    window_seconds: int
    least: int = 1
    systems: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    measured_every_seconds: int | None = None
    review_by: str | None = None
