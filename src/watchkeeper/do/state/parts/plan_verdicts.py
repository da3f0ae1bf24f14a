"""What people said to plans that may be released, and which emergency nobody looked at yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer
from watchkeeper.records.plan_verdict import (
    OpenReview,
    PlanVerdictRecord,
    Reviews,
    after_answer,
    after_release,
    still_open,
)
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to a plan that counts, and which key signed it."""

    ref: Ref
    plan: str
    previous: str | None
    answer: Answer
    by: str
    role: str
    keyid: str
    excepts: tuple[str, ...] = ()


class PlanVerdicts:
    """The answers that count: one of each person in each role to each plan, the newest.

    They are answers to what follows the plan in force, so that a release ends them all. An
    emergency is open until another than who released it answers to its plan, approving or not, and
    again once that is taken back; the next release ends what can be taken back.
    """

    name: ClassVar[str] = "planVerdicts"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PLAN_RELEASE, Kind.PLAN_VERDICT, Kind.PASSKEY_REVOKED}
    )

    def __init__(self) -> None:
        self._given: tuple[Given, ...] = ()
        self.reviews: Reviews = ()

    @property
    def open(self) -> Reviews:
        """The emergencies that nobody looked at, the oldest first."""
        return still_open(self.reviews)

    def of(self, plan: str, previous: str | None) -> tuple[Given, ...]:
        """Return the answers to a plan as what would follow another, the oldest first."""
        return tuple(one for one in self._given if (one.plan, one.previous) == (plan, previous))

    @property
    def given(self) -> tuple[Given, ...]:
        """Every answer that counts, the oldest first."""
        return self._given

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, PlanReleaseRecord):
            self._given = ()
            self.reviews = after_release(self.reviews, said.review(entry.ref))
        elif isinstance(said, PlanVerdictRecord):
            self._answer(entry.ref, said)
        else:
            self._given = tuple(one for one in self._given if one.keyid != said.keyid)

    def _answer(self, ref: Ref, said: PlanVerdictRecord) -> None:
        self.reviews = after_answer(self.reviews, ref, said)
        who = (said.plan, said.previous, said.by, said.role)
        kept = tuple(
            one for one in self._given if (one.plan, one.previous, one.by, one.role) != who
        )
        if said.answer is Answer.WITHDRAW:
            self._given = kept
            return
        given = Given(
            ref,
            said.plan,
            said.previous,
            said.answer,
            said.by,
            said.role,
            said.signature.keyid,
            said.excepts,
        )
        self._given = (*kept, given)

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON; it grows old by records alone, whatever `at` is."""
        del at
        found = {
            "given": [to_json(one) for one in self._given],
            "open": [to_json(one) for one in self.reviews],
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        made._given = from_json(tuple[Given, ...], body.get("given", []))
        made.reviews = from_json(tuple[OpenReview, ...], body.get("open", []))
        return made
