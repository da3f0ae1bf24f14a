"""One pass over the records that tells what may count for an objective, in the log's order.

Memory grows with what is open: actions without an effect, escalations that wait, and those that
may still turn out to be made up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchkeeper.check.objectives.event import Event, LeftOut, Seen, Text
from watchkeeper.check.objectives.plans import Plans
from watchkeeper.check.objectives.waiting import Asked
from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Reason, VoidRecord
from watchkeeper.records.administration import GenesisRecord, RefusalsRecord
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord, Observed
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.plan.management.objectives import Counted
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

TIMED_HERE = "home"


class EventReader:
    """Takes up records in their order and gives each event to `sink` once it is sure."""

    def __init__(self, plans: Plans, sink: Callable[[Event], None]) -> None:
        self._plans, self._sink = plans, sink
        self._open: dict[Ref, Asked] = {}
        self._unsure: dict[Ref, Asked] = {}
        self._actions: dict[str, tuple[Ref, Instant, Seen]] = {}
        self._commitments: set[str] = set()
        self._texts: dict[tuple[str, str], Text] = {}
        self.left_out = LeftOut()
        self._takes: dict[Kind, Callable[[Ref, Any], None]] = {
            Kind.GENESIS: self._genesis,
            Kind.DECISION: self._decision,
            Kind.VERDICT: self._verdict,
            Kind.EFFECT: self._effect,
            Kind.VOID: self._void,
            Kind.REFUSALS: self._refusals,
            Kind.DRILL: self._commit,
            Kind.DRILL_REVEALED: self._reveal,
        }

    def take(self, entry: Entry) -> None:
        """Take up the next record."""
        taker = self._takes.get(entry.record.kind)
        if taker is not None:
            taker(entry.ref, entry.record.predicate)

    def finish(self, until: Instant) -> None:
        """Give what is open as it stands at the end of what was read."""
        self.left_out.unrevealed = len(self._commitments)
        self._commitments.clear()
        self._settle()
        for asked in self._open.values():
            self._sink(asked.event(until))
        for ref, at, seen in self._actions.values():
            self._sink(Event(Counted.UNKNOWN, at, ref, seen))

    def _genesis(self, _ref: Ref, said: GenesisRecord) -> None:
        self._plans.home_stage = said.stage

    def _decision(self, ref: Ref, said: DecisionRecord) -> None:
        made, seen = said.decision, self._plans.seen(said)
        if Reason.PLANTED in made.reasons:
            return
        if made.outcome is Outcome.ESCALATE:
            self._escalated(ref, said, seen)
            return
        self._sink(Event(Counted.DECISIONS, said.at, ref, seen))
        if made.outcome is Outcome.BLOCK:
            self._sink(Event(Counted.REFUSALS, said.at, ref, seen))
            return
        self._actions[said.action_id] = (ref, said.at, seen)
        asked = self._open.get(said.escalated_by) if said.escalated_by is not None else None
        if asked is not None:
            asked.release(said.at)
            self._end(asked, said.at)

    def _escalated(self, ref: Ref, said: DecisionRecord, seen: Seen) -> None:
        asked = Asked(ref, said.at, seen, said.escalation, sure=not self._commitments)
        self._open[ref] = asked
        self._give(asked, Event(Counted.DECISIONS, said.at, ref, seen))
        if not asked.sure:
            self._unsure[ref] = asked

    def _verdict(self, ref: Ref, said: VerdictRecord) -> None:
        asked = self._open.get(said.decision)
        if asked is None:
            self.left_out.unmatched += 1
            return
        if said.answer is not Answer.WITHDRAW:
            self._give(asked, self._given(ref, said, asked))
        asked.answer(ref, said)
        self._end(asked, said.at)

    def _given(self, ref: Ref, said: VerdictRecord, asked: Asked) -> Event:
        timed = said.timed == TIMED_HERE
        words = asked.asked.words if asked.asked is not None else None
        return Event(
            Counted.VERDICTS,
            said.at,
            ref,
            asked.seen._replace(roles=(said.role,)),
            said=said.answer.value,
            after=said.at - asked.at,
            took=said.millis_taken * 1000 if timed else None,
            text=self._text(said, words) if timed and words is not None else None,
        )

    def _text(self, said: VerdictRecord, words: int) -> Text:
        """Return what was read for a verdict: what one signature decided is read as one text."""
        name = (said.reviewer, said.group or "")
        text = self._texts.get(name) if said.group else None
        if text is None:
            text = Text()
            if said.group:
                self._texts[name] = text
        text.words += words
        text.millis = max(text.millis, said.millis_taken)
        return text

    def _effect(self, ref: Ref, said: EffectRecord) -> None:
        found = self._actions.pop(said.action_id, None)
        if found is None:
            self.left_out.unmatched += 1
        elif not said.held_back:
            took, seen = max(0, said.ended - said.started), found[2]
            self._sink(
                Event(Counted.EFFECTS, said.at, ref, seen, said=said.status.value, took=took)
            )

    def _void(self, _ref: Ref, said: VoidRecord) -> None:
        asked = self._open.get(said.decision)
        if asked is not None:
            asked.void(said.why, said.at)
            self._end(asked, said.at)

    def _refusals(self, ref: Ref, said: RefusalsRecord) -> None:
        for reason, count in sorted(said.counts.items()):
            seen = self._plans.refused(said.agent, reason)
            self._sink(Event(Counted.REFUSALS, said.at, ref, seen, weight=count))

    def _commit(self, _ref: Ref, said: DrillRecord) -> None:
        self._commitments |= set(said.commitments)

    def _reveal(self, ref: Ref, said: DrillRevealedRecord) -> None:
        self._commitments.discard(said.commitment)
        if said.decision is not None and said.observed is not Observed.NOT_PLANTED:
            self._planted(ref, said, said.decision)
        self._settle()

    def _planted(self, ref: Ref, said: DrillRevealedRecord, decision: Ref) -> None:
        asked = self._unsure.pop(decision, None)
        if asked is None:  # nobody had committed to it before it was made, or not in what is here
            self.left_out.unmatched += 1
            return
        self._open.pop(decision, None)
        self.left_out.planted += 1
        self._sink(
            Event(
                Counted.PLANTED,
                said.at,
                ref,
                asked.seen,
                said=said.observed.value,
                caught=_caught(said),
            )
        )

    def _give(self, asked: Asked, event: Event) -> None:
        if asked.sure:
            self._sink(event)
        else:
            asked.later.append(event)

    def _end(self, asked: Asked, at: Instant) -> None:
        """Give an escalation once it has ended and is sure to be real."""
        if asked.ended and asked.ref in self._open:
            del self._open[asked.ref]
            self._give(asked, asked.event(at))

    def _settle(self) -> None:
        """Give what was held back, once nothing of it can be made up any more."""
        if self._commitments:
            return
        for asked in self._unsure.values():
            asked.sure = True
            for event in asked.later:
                self._sink(event)
            asked.later.clear()
        self._unsure.clear()


def _caught(said: DrillRevealedRecord) -> bool | None:
    """Tell whether people answered what was made up as was expected; None where nobody did."""
    if said.observed not in {Observed.APPROVED, Observed.REFUSED}:
        return None
    return (said.observed is Observed.APPROVED) is (said.expected is Answer.APPROVE)
