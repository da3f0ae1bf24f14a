"""What people say to a plan before it is released, and to one that an emergency released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, Signature
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class Emergency:
    """A release that nobody approved before: until when somebody has to look at it after all.

    `why` is the salted digest of the reason.
    """

    review_by: Instant
    why: str


@dataclass(frozen=True, slots=True)
class Look:
    """An answer by which somebody looked at an emergency."""

    by: str
    role: str
    answer: Ref


@dataclass(frozen=True, slots=True)
class OpenReview:
    """An emergency release that somebody has to look at; open while nobody's look stands.

    `by` released it, to follow `previous`; others look at it in one of `roles`. Records of before
    carry none of these: then any answer to the plan is about it.
    """

    plan: str
    release: Ref
    review_by: Instant
    by: str | None = None
    previous: str | None = None
    roles: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()

    def is_about(self, plan: str, previous: str | None) -> bool:
        """Tell whether an answer to one plan as what follows another is about this release."""
        return self.plan == plan and (self.by is None or self.previous == previous)

    def is_for(self, person: str, role: str) -> bool:
        """Tell whether a person looks at it in a role: never who released it."""
        return self.by is None or (self.by != person and role in self.roles)


@dataclass(frozen=True, slots=True)
class PlanVerdictRecord:
    """Somebody's answer to one plan, as what would follow the plan `previous`.

    It counts for exactly these bytes: `plan` is the SHA-256 of the bundle (also the record's
    subject). `excepts` names what may be stale all the same (`<system>:impact`, `<system>:risk`).
    With `withdraws` it takes that answer back. `reason` is the salted digest of one. `signature`
    covers a `Command` with verb `approve-plan`, `refuse-plan` or `withdraw-plan` and body `{plan,
    previous, role, excepts, reason}`, and `verdict`, the place of what is taken back.
    """

    at: Instant
    plan: str
    previous: str | None
    answer: Answer
    by: str
    role: str
    signature: Signature
    excepts: tuple[str, ...] = ()
    reason: str | None = None
    withdraws: Ref | None = None


Reviews = tuple[OpenReview, ...]
"""The emergencies that are open, and those that may be again, in the order of their releases."""


def still_open(reviews: Reviews) -> Reviews:
    """Return those that nobody's look stands for."""
    return tuple(one for one in reviews if not one.looks)


def after_release(reviews: Reviews, due: OpenReview | None) -> Reviews:
    """Return the reviews after one more release, by which `due` is due.

    A release ends the answers that stand, and with them what may be taken back.
    """
    return still_open(reviews) if due is None else (*still_open(reviews), due)


def after_answer(reviews: Reviews, ref: Ref, said: PlanVerdictRecord) -> Reviews:
    """Return the reviews after one more answer: it looks at one, or takes its look back.

    It is about the first open one that its person may look at; where none is open, it stands
    beside the looks of before. Who released in an emergency never looks at that one.
    """
    if said.answer is Answer.WITHDRAW:
        return tuple(_without(reviews, said.withdraws))
    about = [one for one in reviews if one.is_about(said.plan, said.previous)]
    mine = [one for one in about if one.is_for(said.by, said.role)]
    if not mine:
        return reviews
    who = (said.by, said.role)
    chosen = min(mine, key=lambda one: (bool(one.looks), who not in _people(one)))
    kept = tuple(look for look in chosen.looks if (look.by, look.role) != who)
    looked = replace(chosen, looks=(*kept, Look(*who, ref)))
    return tuple(looked if one is chosen else one for one in reviews)


def _people(review: OpenReview) -> list[tuple[str, str]]:
    return [(look.by, look.role) for look in review.looks]


def _without(reviews: Reviews, answer: Ref | None) -> Iterator[OpenReview]:
    for one in reviews:
        yield replace(one, looks=tuple(look for look in one.looks if look.answer != answer))
