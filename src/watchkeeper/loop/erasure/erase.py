"""An erasure on its way: look, record, finish (I8).

Looking and finishing take long and touch no state, so that a gateway has them done beside its
loop; recording is one short step within it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from watchkeeper.do.state.projection import Settled
from watchkeeper.errors import CommandInvalid, LedgerError
from watchkeeper.ledger.erasure import erasure_digest
from watchkeeper.loop.erasure.plans import retentions
from watchkeeper.loop.erasure.selection import Found, Wanted, select
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Reason
from watchkeeper.records.erasure import ErasureKind, ErasureRecord, Span
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
    _unknown: frozenset[int] = frozenset()
    _waiting: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        state = self.kernel.home.state
        self._unknown = _unknown_here(self.kernel)
        self._waiting = self._unknown & {
            action.decision.index for id_, action in state.open.items() if id_ in state.deferred
        }

    def look(self) -> None:
        """Find the records. May run in any thread.

        Raises:
            CommandInvalid: a record that was named can not be erased.
            LedgerError: a record can not be read.
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
        tails = home.log.torn_tails()
        self._check(found, tails)
        for pending in home.state.pending.waiting():
            if _holds(found.spans, pending.decision.index) and _here(home, pending.decision):
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
            "records": found.digest,
            "end": found.end,
            "payloads": found.payloads,
            "spans": _pairs(found.spans),
            "deferred": _pairs(found.deferred),
            "held": _pairs(found.held),
            "heldUntil": None if found.held_until is None else render_instant(found.held_until),
            "elsewhere": list(found.elsewhere),
            "tails": self.kernel.home.log.torn_tails(),
            "more": found.more,
            "erasure": self.index,
            "removed": self.removed,
        }

    def _check(self, found: Found, tails: int) -> None:
        if self.signed != found.digest:
            raise CommandInvalid(
                "other records would be erased than you were shown", "look again, and sign again"
            )
        if not (found.spans or found.deferred or tails):
            raise CommandInvalid("there is nothing to erase")
        unknown = _unknown_here(self.kernel)
        if any(_holds(found.spans, index) for index in unknown) or any(
            index not in unknown for span in found.deferred for index in range(span.first, span.end)
        ):
            raise CommandInvalid("an action was settled in between", "look again, and sign again")


def due_by_itself(kernel: Kernel) -> Erasing | None:
    """Return the erasure that the plan in force demands without anybody asking, if it does.

    What `record` is to say is for the caller to take from what `look` found.
    """
    home = kernel.home
    if not any(says.automatic for says in retentions(home.enforcer.bundle).values()):
        return None
    wanted = Wanted(ErasureKind.DUE, home.now(), automatic=True)
    return Erasing(kernel, wanted, Word(plan=home.state.plan), signed=None)


def settled_since(kernel: Kernel) -> Erasing | None:
    """Return the erasure of what had waited for its effect, or None if nothing did.

    One erasure at a time: what follows another comes with the next call.
    """
    home = kernel.home
    settled = [one for one in home.state.settled.values() if _here(home, one.decision)]
    if not settled:
        return None
    first = settled[0].erasure
    mine = [one for one in settled if one.erasure == first and _durable(kernel, one)][:100]
    if not mine:
        return None
    indexes = sorted({ref.index for one in mine for ref in (one.decision, one.effect)})
    spans = tuple(Span(index, index + 1) for index in indexes)
    wanted = Wanted(ErasureKind.SETTLED, kernel.home.now(), spans=spans)
    erasing = Erasing(kernel, wanted, Word(follows=first), erasure_digest(spans, ()))
    erasing.found = Found(kernel.home.log.size, spans)
    return erasing


def _here(home: Home, ref: Ref) -> bool:
    """Tell whether a record stands in the shard that is being written: only there is erased."""
    return ref.shard == home.log.shard


def _unknown_here(kernel: Kernel) -> frozenset[int]:
    home = kernel.home
    return frozenset(
        action.decision.index for action in home.state.open.values() if _here(home, action.decision)
    )


def _durable(kernel: Kernel, one: Settled) -> bool:
    """Tell whether the effect is on the disk: in the segment in writing nothing is erased."""
    try:
        kernel.home.log.entry(one.effect)
    except LedgerError:
        return False
    return True


def _holds(spans: tuple[Span, ...], index: int) -> bool:
    return any(span.first <= index < span.end for span in spans)


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.first, span.end] for span in spans]
