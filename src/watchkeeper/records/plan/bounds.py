"""What bounds authority beyond one action: caps over windows, money, and what happened before."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Calendar(enum.StrEnum):
    """Windows that follow the calendar: a week begins on Monday (ISO 8601), a month on its 1st."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Budget:
    """A cap over a window: at most `count` actions and at most `sum` of `argument`.

    A rolling window of `seconds`; calendar days of `zone` where that is set, so many that today is
    the last; or the week or month of `zone` that has begun, where `calendar` says so. `seconds` is
    then as long as one can be.
    """

    seconds: int
    count: int | None = None
    sum: str | None = None
    argument: str | None = None
    zone: str | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What an action of a tool is worth: the argument `amount`, in a currency of ISO 4217.

    The currency is the text of the argument `currency`, or `always` the same. An integer amount
    counts `minor` decimal places: 2 for cents. Arguments are dotted paths, `amount` may also be
    `derived.<name>`.
    """

    amount: str
    currency: str | None = None
    always: str | None = None
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class SharedBudget:
    """A cap that several agents share: every action in its scope is charged to it.

    Its scope are the `actions` (`server/tool`) of the `agents`, as they stand in this plan. A sum
    is in `currency` alone. Compiles to a hard rule `shared.<id>` in each system that it reaches,
    which forbids what would pass the cap, and what can not be added up.
    """

    id: str
    control: str
    granted_by: str
    agents: tuple[str, ...]
    actions: tuple[str, ...]
    budget: Budget
    currency: str | None = None

    @property
    def name(self) -> str:
        """What it is called where charges are written down."""
        return SHARED + self.id

    @property
    def account(self) -> str:
        """What its charges are kept under: those in another currency never count."""
        return account(self.name, self.currency)


class Happened(enum.StrEnum):
    """What a fact from the home's own records tells."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    COUNT = "count"
    UNTRUSTED = "untrusted-since-word"


@dataclass(frozen=True, slots=True)
class History:
    """A fact from the home's own records: `context.facts.history.<name>`.

    Whether, or with `count` how often, one of `tools` succeeded or failed in the last `seconds` on
    the `same` resource, value of an `argument:<name>`, conversation, or by the same agent. An
    action whose end is not known counts as one that succeeded. `offered` are the actions whose
    policies may look at it (`server/tool`).
    """

    name: str
    kind: Happened
    tools: tuple[str, ...]
    same: str
    seconds: int
    offered: tuple[str, ...] = ()


SHARED = "shared."
RESOURCE, AGENT, CONVERSATION, ARGUMENT = "resource", "agent", "conversation", "argument:"
"""What two actions of a history may have in common."""
MOST_HISTORY_SECONDS = 90 * 86_400


def account(grant: str, currency: str | None) -> str:
    """Return what a charge is kept under."""
    return grant if currency is None else f"{grant} {currency}"
