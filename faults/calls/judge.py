"""Did the promises hold? Asked from outside: the desk's database, what was told, and the log.

Three kinds of trouble are counted. *Lost*: something that was acknowledged, or stands in the log,
is not there any more or was never done. *Double*: something was done, recorded or released twice.
*Unrecorded*: something was done or answered that the log does not know of.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from clerk.outcome import Became

from faults.calls.house import House
from faults.calls.story import Story
from watchkeeper import wiring
from watchkeeper.errors import WatchkeeperError
from watchkeeper.loop.standing import request_from
from watchkeeper.records.action import Outcome as Decided
from watchkeeper.records.action import Status
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry
from watchkeeper.verify import verify_log

_ANSWERS = {"approve": Kind.VERDICT, "stop": Kind.STOP, "resume": Kind.RESUME}


class Trouble(enum.StrEnum):
    """What went wrong."""

    LOST = "lost"
    DOUBLE = "double"
    UNRECORDED = "unrecorded"


Finding = tuple[Trouble, str]


@dataclass(slots=True)
class Action:
    """One allowed action of the log: its refund, and the effects that it has."""

    request: str
    order: str
    cents: int
    index: int
    effects: list[tuple[Status, bool]] = field(default_factory=list)

    @property
    def row(self) -> tuple[str, str, int]:
        """The row that it makes in the desk's database."""
        return self.request, self.order, self.cents

    @property
    def done(self) -> bool:
        """Whether the log says that it was carried out."""
        return any(status is Status.SUCCEEDED for status, _ in self.effects)


@dataclass(slots=True)
class Books:
    """What a log says: allowed actions by id, the ids that were decided, records by kind."""

    actions: dict[str, Action] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    kinds: Counter[Kind] = field(default_factory=Counter)
    forged: list[str] = field(default_factory=list)
    budgets: list[str] = field(default_factory=list)
    releases: Counter[Ref] = field(default_factory=Counter)


def read_books(home: Path) -> Books:
    """Read a home's records, and check each budget that a decision saw."""
    books = Books()
    for entry in wiring.read_entries(home):
        books.kinds[entry.record.kind] += 1
        if entry.record.kind is Kind.DECISION:
            _decision(books, entry)
        elif entry.record.kind is Kind.EFFECT:
            said = entry.record.predicate
            books.actions[said.action_id].effects.append(
                (said.status, said.resolved_by is not None)
            )
    return books


def _decision(books: Books, entry: Entry) -> None:
    said, body = entry.record.predicate, entry.payload.body if entry.payload else {}
    books.decided.add(said.action_id)
    seen = body["facts"]["budgets"].get("refunds")
    if seen:
        _budget(books, seen[0], entry.ref.index)
    if said.decision.outcome is not Decided.ALLOW:
        return
    if request_from(body["request"]).digest != entry.record.digest:
        books.forged.append(f"record {entry.ref.index} is of other arguments than its payload")
    sent = body["request"]["arguments"]
    cents = int(Decimal(str(sent["amount"])) * 100)
    if said.action_id in books.actions:
        books.again.append(f"{sent['request_id']} was allowed twice")
    if said.escalated_by is not None:
        books.releases[said.escalated_by] += 1
    books.actions[said.action_id] = Action(
        sent["request_id"], sent["order_id"], cents, entry.ref.index
    )


def _budget(books: Books, seen: dict[str, Any], index: int) -> None:
    """Hold the budget that a decision saw against the records before it."""
    charged = [
        action.cents
        for action in books.actions.values()
        if not any(status is Status.FAILED for status, _ in action.effects)
    ]
    right = (len(charged), Decimal(sum(charged)) / 100)
    if (seen["count"], Decimal(seen["sum"])) != right:
        books.budgets.append(f"record {index} saw {seen}, the records before it say {right}")


def after_restart(story: Story, unknown: list[str] | None) -> list[Finding]:
    """Judge the home as it is right after it was opened again, before anything else happens."""
    books = read_books(story.home)
    found = [*_rows(story.house, story.begin, books), *_told(story, books)]
    open_ids = {key for key, action in books.actions.items() if not action.effects}
    if unknown is None or set(unknown) != open_ids:
        found.append((Trouble.UNRECORDED, f"listed as unknown: {unknown}, open: {open_ids}"))
    return found


def at_the_end(story: Story, code: int) -> list[Finding]:
    """Judge the home once everything unknown is settled and the gateway has ended."""
    books = read_books(story.home)
    rows = Counter(story.house.refunds(story.begin))
    done = Counter(action.row for action in books.actions.values() if action.done)
    found = _rows(story.house, story.begin, books)
    if rows != done:
        found.append((Trouble.LOST, f"on record {done - rows}, in the database {rows - done}"))
    found += [
        (
            Trouble.DOUBLE if action.effects else Trouble.LOST,
            f"{action.request} has {len(action.effects)} effects",
        )
        for action in books.actions.values()
        if len(action.effects) != 1
    ]
    found += [(Trouble.LOST, text) for text in (*books.forged, *books.budgets)]
    found += [(Trouble.DOUBLE, text) for text in books.again]
    found += [(Trouble.DOUBLE, f"{ref}") for ref, count in books.releases.items() if count > 1]
    if code:
        found.append((Trouble.LOST, f"the gateway ended with {code}"))
    return found + _verified(story)


def _rows(house: House, begin: str, books: Books) -> list[Finding]:
    """I1 and I3: each row has one durable allow of exactly its arguments, and there is one row."""
    rows = house.refunds(begin)
    found: list[Finding] = []
    allowed: dict[tuple[str, str, int], list[Action]] = defaultdict(list)
    for action in books.actions.values():
        allowed[action.row].append(action)
    found += [(Trouble.UNRECORDED, f"{row} without a record") for row in rows if row not in allowed]
    for request, count in Counter(row[0] for row in rows).items():
        if count > 1:
            found.append((Trouble.DOUBLE, f"{request} was paid {count} times"))
    found += [
        (Trouble.LOST, f"{action.row} is on record as done, and was not")
        for action in books.actions.values()
        if action.done and action.row not in rows
    ]
    return found


def _told(story: Story, books: Books) -> list[Finding]:
    """I2 and I5: what somebody was told was on record before, and not found out later."""
    found: list[Finding] = []
    recorded = {
        action.request
        for action in books.actions.values()
        if (Status.SUCCEEDED, False) in action.effects
    }
    for told in story.told:
        outcome = told.outcome
        if outcome.became is Became.OK and told.request not in recorded:
            found.append((Trouble.UNRECORDED, f"{told.request} was answered without its effect"))
        refused = outcome.became in {Became.BLOCKED, Became.ESCALATED}
        known = outcome.decision in books.decided or outcome.reason == "log-unavailable"
        if refused and not known:
            found.append((Trouble.LOST, f"{told.request} {outcome.reason} is not on record"))
    for verb, count in Counter(story.done).items():
        if books.kinds[_ANSWERS[verb]] < count:
            found.append((Trouble.LOST, f"{verb} was acknowledged, and is not on record"))
    return found


def _verified(story: Story) -> list[Finding]:
    """I6: the log verifies, and extends every checkpoint that anybody saw."""
    try:
        said = verify_log(story.home, vkey=story.house.vkey, older=sorted(story.kept), workers=1)
    except WatchkeeperError as error:
        return [(Trouble.LOST, f"the log does not verify: {error.message}")]
    if said.unknown:
        return [(Trouble.LOST, f"{said.unknown} unknown")]
    failed = [step.detail for step in said.steps if step.status.value == "failed"]
    return [(Trouble.LOST, f"the log does not verify: {text}") for text in failed]
