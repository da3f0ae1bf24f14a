"""What happened before: when actions were allowed, by the keys under which facts ask for them."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from watchkeeper.records.action import DecisionRecord, EffectRecord, Outcome, Status
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import MandateWordRecord
from watchkeeper.records.plan.bounds import MOST_HISTORY_SECONDS, Happened
from watchkeeper.records.statement import Entry

MOST = 20_000
"""How many actions are remembered for one fact; beyond that it is not known, never `no`."""


@dataclass(frozen=True, slots=True)
class Track:
    """How an action counts for one fact: under which key, and for how many seconds."""

    rule: str
    kind: Happened
    key: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fact asks for: what happened under any of these keys.

    `conversation` is the one whose person's word counts.
    """

    rule: str
    kind: Happened
    keys: tuple[str, ...]
    seconds: int
    conversation: str


@dataclass(frozen=True, slots=True)
class _Open:
    at: Instant
    tracks: tuple[Track, ...]


_FROM_THE_END = frozenset({Happened.FAILED, Happened.UNTRUSTED})
"""What counts from the end of an action on, not from its decision."""


class Happenings:
    """When actions happened, by fact and key.

    An allowed action counts at once, since nobody knows yet that it did not happen, and is taken
    back when it provably failed; for facts on failures it counts only then. What brings untrusted
    content counts while it is under way, whatever is said meanwhile, and from its end on: nobody
    knows before then what came. `word` notes that the person of a conversation spoke.
    """

    name: ClassVar[str] = "history"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.DECISION, Kind.EFFECT, Kind.MANDATE_WORD})

    def __init__(self) -> None:
        self._times: dict[str, dict[str, list[Instant]]] = {}
        self._held: dict[str, int] = {}
        self._spans: dict[str, int] = {}
        self._full: dict[str, Instant] = {}
        self._words: dict[str, Instant] = {}
        self._open: dict[str, _Open] = {}
        self._under_way: Counter[tuple[str, str]] = Counter()

    def apply(self, entry: Entry) -> None:
        """Take one more record into account."""
        said = entry.record.predicate
        if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.ALLOW:
            self._allowed(said, entry.beside.get("tracked", ()))
        elif isinstance(said, EffectRecord):
            self._ended(said)
        elif isinstance(said, MandateWordRecord):
            self.word(conversation_of(said.id), said.at)

    def word(self, conversation: str, at: Instant) -> None:
        """The person of a conversation (`conversation_of`) spoke, at the time of the record."""
        self._words[conversation] = at

    def times(self, asked: Asked, at: Instant) -> int | None:
        """Return how often it happened in the time before `at`; None where that is not known."""
        since = at.plus(-asked.seconds)
        if asked.kind is Happened.UNTRUSTED:
            # What was read at the very moment of the word may have come after it.
            word = self._words.get(asked.conversation)
            since = since if word is None else max(since, Instant(word - 1))
        rule = self._times.get(asked.rule, {})
        held = (rule.get(key, []) for key in asked.keys)
        found = sum(len(times) - bisect_right(times, since) for times in held)
        found += sum(self._under_way[asked.rule, key] for key in asked.keys)
        if self._full.get(asked.rule, at) > at and (not found or asked.kind is Happened.COUNT):
            return None
        return found

    def _allowed(self, said: DecisionRecord, tracked: Any) -> None:
        tracks = tuple(from_json(Track, one) for one in tracked)
        for track in tracks:
            if track.kind not in _FROM_THE_END:
                self._add(track, said.at)
        if tracks:
            self._begin(said.action_id, _Open(said.at, tracks))

    def _begin(self, action: str, begun: _Open) -> None:
        self._open[action] = begun
        self._under_way.update(_under_way(begun))

    def _ended(self, said: EffectRecord) -> None:
        ended = self._open.pop(said.action_id, None)
        if ended is None:
            return
        for one in _under_way(ended):
            self._under_way[one] -= 1
            if not self._under_way[one]:
                del self._under_way[one]
        for track in ended.tracks:
            # What a call that failed told the agent may be as untrusted as any answer.
            counts = track.kind is Happened.UNTRUSTED or said.status is Status.FAILED
            if track.kind in _FROM_THE_END and counts and not said.held_back:
                self._add(track, said.at)
            elif track.kind not in _FROM_THE_END and said.status is Status.FAILED:
                self._take_back(track, ended.at)

    def _add(self, track: Track, at: Instant) -> None:
        held = self._times.setdefault(track.rule, {})
        self._spans[track.rule] = track.seconds
        if self._held.get(track.rule, 0) >= MOST:
            self._drop_old(track.rule, at)
            if self._held[track.rule] >= MOST:
                self._full[track.rule] = at.plus(track.seconds)
                return
        insort(held.setdefault(track.key, []), at)
        self._held[track.rule] = self._held.get(track.rule, 0) + 1

    def _take_back(self, track: Track, at: Instant) -> None:
        held = self._times.get(track.rule, {}).get(track.key, [])
        if at in held:
            held.remove(at)
            self._held[track.rule] -= 1

    def _drop_old(self, rule: str, at: Instant) -> None:
        since = at.plus(-self._spans[rule])
        held = self._times[rule]
        for key in list(held):
            held[key] = held[key][bisect_right(held[key], since) :]
            if not held[key]:
                del held[key]
        self._held[rule] = sum(map(len, held.values()))

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return it as JSON, without what can no longer count at `at`."""
        for rule in self._times:
            self._drop_old(rule, at)
        since = at.plus(-MOST_HISTORY_SECONDS)
        found: dict[str, Any] = {
            "times": {rule: held for rule, held in sorted(self._times.items()) if held},
            "full": {rule: until for rule, until in sorted(self._full.items()) if until > at},
            "words": {one: said for one, said in sorted(self._words.items()) if said > since},
            "open": {
                action: [one.at, [to_json(track) for track in one.tracks]]
                for action, one in self._open.items()
            },
        }
        found["spans"] = {rule: self._spans[rule] for rule in found["times"]}
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        made = cls()
        for rule, held in body.get("times", {}).items():
            made._times[rule] = {key: [Instant(at) for at in some] for key, some in held.items()}
            made._held[rule] = sum(map(len, held.values()))
        made._spans = dict(body.get("spans", {}))
        made._full = {rule: Instant(until) for rule, until in body.get("full", {}).items()}
        made._words = {one: Instant(said) for one, said in body.get("words", {}).items()}
        for action, (at, tracks) in body.get("open", {}).items():
            kept = tuple(from_json(Track, one) for one in tracks)
            made._begin(action, _Open(Instant(at), kept))
        return made


def _under_way(begun: _Open) -> list[tuple[str, str]]:
    """Return for which facts, under which keys, an action brings untrusted content."""
    tracks = (track for track in begun.tracks if track.kind is Happened.UNTRUSTED)
    return [(track.rule, track.key) for track in tracks]


def counted_under(agent: str, task: str | None) -> tuple[str, ...]:
    """Return the conversations that an action counts for.

    Each counts for all that its agent does, and for its task; what names none counts for every
    task of the agent.
    """
    return f"all of {agent}", f"outside tasks {agent}" if task is None else conversation_of(task)


def asked_under(agent: str, task: str | None) -> tuple[str, ...]:
    """Return the conversations that an action looks back at.

    What an agent's host calls a conversation is not asked, and naming no task sees them all: so
    nothing that was done outside is forgotten by naming one, nor what was done in one by none.
    """
    if task is None:
        return (f"all of {agent}",)
    return conversation_of(task), f"outside tasks {agent}"


def conversation_of(task: str) -> str:
    """Return what the conversation of a task is called."""
    return f"task {task}"
