"""What reviewers asked back about an action, and what its agent answered."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.beside import is_recorded
from watchkeeper.loop.home import Home
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question, and the agent's answer to it where it gave one.

    `text` and `answer` are what was written, to be shown as foreign text; None where it was erased
    or is not on the disk yet. `answered` is when, None where it was not.
    """

    question: Ref
    by: str
    role: str
    at: Instant
    text: str | None
    answered: Instant | None = None
    answer: str | None = None


def dialogue_of(home: Home, pending: Pending) -> tuple[Exchange, ...]:
    """Return what was said about a pending action, in its order."""
    answers = {
        entry.record.predicate.question: entry
        for entry in (_entry(home, ref) for ref in pending.answers)
        if entry is not None
    }
    found = []
    for ref in pending.questions:
        asked = _entry(home, ref)
        if asked is not None:
            found.append(_exchange(asked, answers.get(ref)))
    return tuple(found)


def _exchange(asked: Entry, answered: Entry | None) -> Exchange:
    said = asked.record.predicate
    return Exchange(
        asked.ref,
        said.by,
        said.role,
        said.at,
        _text(asked),
        answered.record.predicate.at if answered else None,
        _text(answered) if answered else None,
    )


def _text(entry: Entry) -> str | None:
    """Return what was asked or answered; None where it was erased, or is not what was recorded."""
    body = entry.payload.body if entry.payload else {}
    return body["text"] if is_recorded(entry.record.predicate.text, body, "text") else None


def _entry(home: Home, ref: Ref) -> Entry | None:
    try:
        return home.log.entry(ref)
    except LedgerError:
        return None
