"""Which payloads an erasure is about: one pass over the records, none of them changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.erasure import NEVER_ERASED, decision_of, erasure_digest, spans_of
from watchkeeper.ledger.marks import Marks
from watchkeeper.loop.erasure.belonging import Belonging
from watchkeeper.loop.erasure.plans import Plans
from watchkeeper.loop.erasure.subject import Subject
from watchkeeper.ports import Records
from watchkeeper.records.action import DecisionRecord
from watchkeeper.records.erasure import ErasureKind, Span
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

MOST_SPANS = 1000
"""So many fit into one record beside the signature."""
_MOST_ELSEWHERE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked to be erased in one shard, among the records before `end` (None: all).

    `shard` is an older shard, None for the one that is written to. `subject` names a person,
    `before` a moment, `spans` records of the shard `spans_in` (None: the same one), with which goes
    what this shard says of them; `system` narrows each. `now` is the time that ages are counted
    from; `automatic` that nobody asked but the plan.
    """

    asked: ErasureKind
    now: Instant
    end: int | None = None
    subject: str | None = None
    before: Instant | None = None
    system: str | None = None
    spans: tuple[Span, ...] = ()
    automatic: bool = False
    shard: int | None = None
    spans_in: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Which records that is.

    `deferred` are decisions whose effect is unknown; `held` those that the plan does not let go
    yet, until `held_until` at the longest; `elsewhere` records that hold the person's name where
    no plan says that it names somebody; `more` says that there are more than one record can name,
    `to_come` that others will be due by the plan one day.
    All of them stand in `shard`, which is an older one, or None for the one that is written to.
    """

    end: int
    spans: tuple[Span, ...] = ()
    deferred: tuple[Span, ...] = ()
    held: tuple[Span, ...] = ()
    held_until: Instant | None = None
    elsewhere: tuple[int, ...] = ()
    more: bool = False
    to_come: bool = False
    shard: int | None = None

    @property
    def digest(self) -> str:
        """What a person signs, so that exactly these records are erased."""
        return erasure_digest(self.spans, self.deferred, self.shard)

    @property
    def payloads(self) -> int:
        """How many payloads are erased at once."""
        return sum(span.end - span.first for span in self.spans)


def select(
    records: Records,
    wanted: Wanted,
    today: Bundle,
    unknown: Collection[int],
    waiting: Collection[int] = (),
) -> Found:
    """Find the payloads that are wanted, while the plan `today` is in force.

    `unknown` are the decisions without an effect, `waiting` those of them that an erasure deferred
    already.

    Raises:
        CommandInvalid: a record that is named is not there, or none that can be erased.
        HomeInvalid: the shard is not here.
    """
    belonging = Belonging(records, Plans(today, records))
    shard = records.shard if wanted.shard is None else wanted.shard
    named_in = shard if wanted.spans_in is None else wanted.spans_in
    looking = _Looking(wanted, named_in, belonging, frozenset(unknown))
    for entry in records.entries(shard=wanted.shard):
        if wanted.end is not None and entry.ref.index >= wanted.end:
            break
        looking.take(entry, waits=entry.ref.index in waiting)
    if named_in == shard:
        _check_there(wanted.spans, looking.end, shard)
    return looking.found()


def _check_there(named: tuple[Span, ...], end: int, shard: int) -> None:
    """Refuse records that are named and are not there: who asked for them meant others."""
    beyond = [max(span.first, end) for span in named if span.end > end]
    if beyond:
        raise CommandInvalid(
            f"there is no record {beyond[0]} in shard {shard}, which ends with {end - 1}",
            "see `watchkeeper log show`; a record of an older shard is named SHARD.INDEX",
        )


@dataclass(slots=True)
class _Looking:
    """The state of one pass.

    An action is erased as a whole for a person, or not yet: its records are kept together by its
    id. Otherwise each record goes for itself, and costs a bit.
    """

    wanted: Wanted
    named_in: int
    belonging: Belonging
    unknown: frozenset[int]
    end: int = 0
    actions: dict[str, list[int]] = field(default_factory=dict)
    held_actions: set[str] = field(default_factory=set)
    alone: Marks = field(default_factory=Marks)
    held: Marks = field(default_factory=Marks)
    held_until: Instant | None = None
    to_come: bool = False
    elsewhere: list[int] = field(default_factory=list)
    _subject: Subject | None = None

    def __post_init__(self) -> None:
        if self.wanted.subject is not None:
            self._subject = Subject(self.wanted.subject)

    def take(self, entry: Entry, *, waits: bool) -> None:
        self.end = entry.ref.index + 1
        self.belonging.take(entry)
        if entry.record.kind in NEVER_ERASED or entry.payload is None or not entry.payload.body:
            self._refuse_named(entry)
            return
        if waits:
            return
        plan, system, at = self.belonging.of(entry)
        if self.wanted.system in {None, system} and self._is_wanted(entry, system, at):
            for_subject = self.wanted.asked is ErasureKind.SUBJECT
            until = self.belonging.plans.held_until(plan, system, at, for_subject=for_subject)
            self._keep(entry, until)

    def found(self) -> Found:
        goes, more = self._goes()
        held = {index for name in self.held_actions for index in self.actions[name]}
        return Found(
            end=self.end,
            spans=spans_of(index for index in goes if index not in self.unknown),
            deferred=spans_of(index for index in goes if index in self.unknown),
            held=spans_of(held or self.held),
            held_until=self.held_until,
            elsewhere=tuple(self.elsewhere[:_MOST_ELSEWHERE]),
            more=more,
            to_come=self.to_come or self.held_until is not None,
            shard=self.wanted.shard,
        )

    def _goes(self) -> tuple[Marks, bool]:
        """Return what one record can name, and whether there is more."""
        chosen, count = Marks(), 0
        for together in self._units():
            new = sum(
                1
                for i in together
                if i - 1 not in chosen or (i in self.unknown) != (i - 1 in self.unknown)
            )
            if count + new > MOST_SPANS and count:
                return chosen, True
            count += new
            for index in together:
                chosen.add(index)
        return chosen, False

    def _units(self) -> Iterator[Sequence[int]]:
        yield from ([index] for index in self.alone)
        for name, indexes in self.actions.items():
            if name not in self.held_actions:
                yield indexes

    def _keep(self, entry: Entry, until: Instant | None) -> None:
        index, said = entry.ref.index, entry.record.predicate
        held = until is not None and until > self.wanted.now
        if until is not None and held:
            self.held_until = max(until, self.held_until or until)
        if self._subject is None:
            (self.held if held else self.alone).add(index)
            return
        self.actions.setdefault(said.action_id, []).append(index)
        if held:
            self.held_actions.add(said.action_id)

    def _is_wanted(self, entry: Entry, system: str | None, at: Instant) -> bool:
        wanted = self.wanted
        if wanted.asked is ErasureKind.SUBJECT:
            return self._is_about_subject(entry)
        if wanted.asked is ErasureKind.AGE:
            return wanted.before is not None and at < wanted.before
        if wanted.asked is ErasureKind.DUE:
            plans = self.belonging.plans
            due = plans.due_before(system or "", wanted.now, automatic=wanted.automatic)
            waits = system is None or (due is not None and at >= due)
            self.to_come = self.to_come or waits
            return due is not None and at < due
        # A decision that was named takes its effect and its verdicts with it.
        return any(self._is_named(ref) for ref in (entry.ref, decision_of(entry.record)) if ref)

    def _is_named(self, ref: Ref) -> bool:
        named = (span.first <= ref.index < span.end for span in self.wanted.spans)
        return ref.shard == self.named_in and any(named)

    def _is_about_subject(self, entry: Entry) -> bool:
        body, subject = entry.beside, self._subject
        if subject is None:
            return False
        if (
            self._names_subject(entry, subject)
            or getattr(entry.record.predicate, "action_id", None) in self.actions
        ):
            return True
        older = self.belonging.older(entry)
        if older is not None and self._names_subject(older, subject):
            return True
        if subject.is_in(body):
            self.elsewhere.append(entry.ref.index)
        return False

    def _names_subject(self, entry: Entry, subject: Subject) -> bool:
        said, plans = entry.record.predicate, self.belonging.plans
        return isinstance(said, DecisionRecord) and subject.named_by(said, entry.beside, plans)

    def _refuse_named(self, entry: Entry) -> None:
        """A person who names a record by its index is told why it can not be erased."""
        index = entry.ref.index
        named = any(span.first == index and span.end == index + 1 for span in self.wanted.spans)
        if self.wanted.asked is ErasureKind.RECORDS and named and self._is_named(entry.ref):
            why = "holds a plan" if entry.record.kind in NEVER_ERASED else "holds no payload"
            raise CommandInvalid(
                f"record {index} can not be erased: it {why}",
                "a plan is needed to replay what it decided" if why == "holds a plan" else None,
            )
