"""An erasure on its way: look, record, finish (I8).

Looking and finishing take long and touch no state, so that a gateway has them done beside its
loop; recording is one short step within it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.erasure.selection import Found, Wanted, select
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Reason
from watchkeeper.records.erasure import ErasureRecord, Span
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record

_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word payloads are erased: a person's, the plan's, or an earlier erasure's.

    `why` is the salted digest of a person's reason, whose text and salt are in `payload`.
    """

    by: str = ""
    signature: Signature | None = None
    why: str = ""
    payload: Payload | None = None
    plan: str | None = None
    follows: Ref | None = None


@dataclass(slots=True)
class Erasing:
    """One erasure. `look`, then `record`, then `finish`; the last two only where `signed` is set.

    `signed` is the digest of exactly the records that are to be erased, as the person saw them;
    None asks only which they are.
    """

    kernel: Kernel
    wanted: Wanted
    word: Word
    signed: str | None
    found: Found = field(default_factory=lambda: Found(0))
    index: int | None = None
    removed: int = 0
    _newest: int = 0
    _unknown: frozenset[int] = frozenset()
    _waiting: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        state = self.kernel.home.state
        self._newest = self.kernel.home.log.shard
        self._unknown = self._open()
        self._waiting = frozenset(
            action.decision.index
            for id_, action in state.open.items()
            if id_ in state.deferred and action.decision.shard == self.shard
        )

    @property
    def shard(self) -> int:
        """The number of the shard whose payloads are to be erased."""
        return self._newest if self.wanted.shard is None else self.wanted.shard

    def look(self) -> None:
        """Find the records. May run in any thread.

        Raises:
            CommandInvalid: a record that was named can not be erased.
            LedgerError: a record can not be read, or the shard is not here.
        """
        home = self.kernel.home
        today = home.enforcer.bundle
        self.found = select(home.log, self.wanted, today, self._unknown, self._waiting)

    def record(self) -> bool:
        """Record the erasure, durably; True if there is something to finish.

        Escalated actions whose payload goes are voided first: nobody could look at them any more.

        Raises:
            CommandInvalid: it is about other records than were signed for, or about none.
            LogUnavailable: it could not be recorded; nothing is erased.
        """
        if self.signed is None:
            return False
        home, found = self.kernel.home, self.found
        tails = home.log.torn_tails(self.shard)
        self._check(found, tails)
        for pending in home.state.pending.waiting():
            place = pending.decision
            if place.shard == self.shard and _holds(found.spans, place.index):
                self.kernel.void(pending, Reason.VOIDED).wait(_WAIT_SECONDS)
        home.log.begin_erasure()
        said = ErasureRecord(
            at=home.now(),
            asked=self.wanted.asked,
            spans=found.spans,
            by=self.word.by,
            why=self.word.why,
            deferred=found.deferred,
            tails=tails,
            signature=self.word.signature,
            plan=self.word.plan,
            follows=self.word.follows,
            shard=self.wanted.shard,
        )
        record = Record(Kind.ERASURE, "payloads", found.digest, said)
        ticket = home.append(record, self.word.payload)
        ticket.wait(_WAIT_SECONDS)
        self.index = ticket.ref.index
        return True

    def finish(self) -> None:
        """Remove the payloads from the disk. May run in any thread.

        Raises:
            LedgerError: it is recorded, and will be finished at the next start.
        """
        self.removed = self.kernel.home.log.finish_erasures()

    def run(self) -> dict[str, Any]:
        """Do all of it here and now, and return what to tell the person."""
        self.look()
        if self.record():
            self.finish()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Return what to tell the person, as JSON."""
        found = self.found
        return {
            "shard": self.shard,
            "records": found.digest,
            "end": found.end,
            "payloads": found.payloads,
            "spans": _pairs(found.spans),
            "deferred": _pairs(found.deferred),
            "held": _pairs(found.held),
            "heldUntil": None if found.held_until is None else render_instant(found.held_until),
            "elsewhere": list(found.elsewhere),
            "tails": self.kernel.home.log.torn_tails(self.shard),
            "more": found.more,
            "erasure": self.index,
            "removed": self.removed,
        }

    def _open(self) -> frozenset[int]:
        """Return the decisions of the shard whose effect is unknown."""
        opened = self.kernel.home.state.open.values()
        return frozenset(a.decision.index for a in opened if a.decision.shard == self.shard)

    def _check(self, found: Found, tails: int) -> None:
        if self.kernel.home.log.shard != self._newest:
            # What was found is named by its place: it would be taken for records of the next one.
            raise CommandInvalid("the log goes on in a new shard", "look again, and sign again")
        if self.signed != found.digest:
            raise CommandInvalid(
                "other records would be erased than you were shown", "look again, and sign again"
            )
        if not (found.spans or found.deferred or tails):
            raise CommandInvalid("there is nothing to erase")
        unknown = self._open()
        if any(_holds(found.spans, index) for index in unknown) or any(
            index not in unknown for span in found.deferred for index in range(span.first, span.end)
        ):
            raise CommandInvalid("an action was settled in between", "look again, and sign again")


def _holds(spans: tuple[Span, ...], index: int) -> bool:
    return any(span.first <= index < span.end for span in spans)


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.first, span.end] for span in spans]
