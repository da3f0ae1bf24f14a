"""Decides every recorded request again, and says whether each comes out the same (I4)."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.canonical import canonical
from watchkeeper.records.action import Decision
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry

MOST_LISTED = 100


class ReplayAnswer(enum.StrEnum):
    """What came of deciding a recorded request again."""

    SAME = "same"
    """The same decision part, to the byte."""

    DIFFERENT = "different"
    """Another decision part: outcome, reasons, policies, controls or errors differ."""

    ERASED = "erased"
    """The payload with the request was erased, so that it can not be decided again."""

    ENGINE_DIFFERS = "engine-differs"
    """It was decided by an engine or a version that is not the one at hand."""

    COULD_NOT = "could-not"
    """It can not be decided again for another reason, which the detail names."""


_AGAINST = frozenset({ReplayAnswer.DIFFERENT, ReplayAnswer.COULD_NOT})


@dataclass(frozen=True, slots=True)
class Unreplayable:
    """Why a request was not decided again: any answer but `same` and `different`."""

    answer: ReplayAnswer
    detail: str = ""


Again = Callable[[Entry], Decision | Unreplayable]
"""Decides the request of a decision entry again, from its payload and its plan's bundle alone."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision, decided again. `differs` names the fields of the decision part that do."""

    ref: Ref
    at: Instant
    action_id: str
    answer: ReplayAnswer
    recorded: Decision
    again: Decision | None = None
    differs: tuple[str, ...] = ()
    detail: str = ""

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "shard": self.ref.shard,
            "index": self.ref.index,
            "at": str(self.at),
            "actionId": self.action_id,
            "answer": self.answer.value,
            "differs": list(self.differs),
            "detail": self.detail,
            "recorded": to_json(self.recorded),
            "again": to_json(self.again) if self.again is not None else None,
        }


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """How many decisions gave which answer, and the first `MOST_LISTED` that were not the same."""

    counts: dict[ReplayAnswer, int]
    listed: tuple[Replayed, ...]

    @property
    def total(self) -> int:
        """How many decisions were looked at."""
        return sum(self.counts.values())

    @property
    def sound(self) -> bool:
        """Whether nothing differs and nothing failed; `erased` and `engine-differs` are answers."""
        return not any(self.counts[answer] for answer in _AGAINST)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "decisions": self.total,
            "sound": self.sound,
            "answers": {answer.value: count for answer, count in self.counts.items()},
            "listed": [replayed.json() for replayed in self.listed],
        }


def replay_all(entries: Iterable[Entry], again: Again) -> Iterator[Replayed]:
    """Decide every decision among the entries again, one by one, in flat memory.

    The decision part is compared in canonical form, byte for byte. An error that `again` raises
    is an answer (`could-not`), never a reason to stop.
    """
    return (_replay(entry, again) for entry in entries if entry.record.kind is Kind.DECISION)


def summarise(replayed: Iterable[Replayed]) -> ReplaySummary:
    """Count the answers and keep what was not the same, differences before everything else."""
    counts: Counter[ReplayAnswer] = Counter()
    different: list[Replayed] = []
    failed: list[Replayed] = []
    other: list[Replayed] = []
    places = {ReplayAnswer.DIFFERENT: different, ReplayAnswer.COULD_NOT: failed}
    for one in replayed:
        counts[one.answer] += 1
        kept = places.get(one.answer, other)
        if one.answer is not ReplayAnswer.SAME and len(kept) < MOST_LISTED:
            kept.append(one)
    listed = (*different, *failed, *other)[:MOST_LISTED]
    return ReplaySummary({answer: counts[answer] for answer in ReplayAnswer}, listed)


def render_replay(summary: ReplaySummary) -> str:
    """Render a summary as plain text, one line for each decision that speaks against I4."""
    counts = summary.counts
    lines = [f"{summary.total} decisions decided again"]
    lines += [f"  {answer.value}: {count}" for answer, count in counts.items()]
    against = [one for one in summary.listed if one.answer in _AGAINST]
    lines += [_line(one) for one in against]
    hidden = sum(counts[answer] for answer in _AGAINST) - len(against)
    if hidden:
        lines.append(f"and {hidden} more")
    if summary.total and counts[ReplayAnswer.ERASED] == summary.total:
        lines.append("no payload is at hand: a published log holds none, so replay on the home")
    return "\n".join(lines)


def _replay(entry: Entry, again: Again) -> Replayed:
    said = entry.record.predicate
    recorded: Decision = said.decision
    found = _ask(entry, again)
    if isinstance(found, Unreplayable):
        return Replayed(
            entry.ref, said.at, said.action_id, found.answer, recorded, detail=found.detail
        )
    same = canonical(to_json(recorded)) == canonical(to_json(found))
    answer = ReplayAnswer.SAME if same else ReplayAnswer.DIFFERENT
    differs = () if same else _differing(recorded, found)
    return Replayed(entry.ref, said.at, said.action_id, answer, recorded, found, differs)


def _ask(entry: Entry, again: Again) -> Decision | Unreplayable:
    try:
        return again(entry)
    except WatchkeeperError as error:
        return Unreplayable(ReplayAnswer.COULD_NOT, str(error))


def _differing(one: Decision, other: Decision) -> tuple[str, ...]:
    names = (field.name for field in fields(Decision))
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def _line(one: Replayed) -> str:
    said = f"{one.ref} {one.action_id} {one.answer.value}"
    if one.again is None:
        return f"{said}: {one.detail}" if one.detail else said
    parts = (
        f"{name} {_short(getattr(one.recorded, name))} became {_short(getattr(one.again, name))}"
        for name in one.differs
    )
    return f"{said}: {'; '.join(parts)}"


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(str, value)) + ")"
    return str(value)
