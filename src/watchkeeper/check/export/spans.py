"""Actions as OpenTelemetry spans, with the names of the GenAI semantic conventions.

One span `execute_tool <tool>` for each action, from its first decision to its end; decisions,
verdicts and the effect are its events. Attributes `gen_ai.*` are those of the conventions for tool
execution (https://github.com/open-telemetry/semantic-conventions-genai), `error.type` that of
the general ones; `watchkeeper.*` leads back to the record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from watchkeeper.check.export.actions import Actions, LookUp, nowhere
from watchkeeper.check.export.emitter import Emitter
from watchkeeper.records.action import (
    DecisionRecord,
    EffectRecord,
    Outcome,
    Reason,
    Status,
    VoidRecord,
)
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer, VerdictRecord
from watchkeeper.records.statement import Entry

Value = str | int | bool | tuple[str, ...]
UNSET, ERROR = 0, 2
"""Status codes of a span: what succeeds is left unset, as the conventions ask."""
MOST_UNENDED = 100_000
_MADE_UP = frozenset(
    {
        Reason.INVALID_REQUEST,
        Reason.UNKNOWN_AGENT,
        Reason.UNKNOWN_SYSTEM,
        Reason.UNKNOWN_TOOL,
        Reason.UNKNOWN_METHOD,
        Reason.OUT_OF_SCOPE,
    }
)
"""Reasons with which the tool's name may be the agent's own invention: no name for a span."""
_TRACEPARENT = re.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened within a span."""

    name: str
    at: Instant
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Span:
    """A finished span; ids are lower-case hex, `link` is (trace id, span id) of the caller's."""

    trace_id: str
    span_id: str
    name: str
    start: Instant
    end: Instant
    attributes: Mapping[str, Value]
    events: tuple[Event, ...]
    status: int = UNSET
    problem: str = ""
    link: tuple[str, str] | None = None


@dataclass(slots=True)
class _Story:
    """What is known so far of one action. `decision` is the newest of its decisions."""

    decision: Entry
    start: Instant
    link: tuple[str, str] | None
    events: list[Event] = field(default_factory=list)


class Spans:
    """Told of every record in order, it returns a span for each action that ended.

    `look_up` reads back a decision that was made before the first record it was told of. With
    `links`, a span is linked to the trace that its caller named; that needs entries with payloads.
    """

    def __init__(self, emitter: Emitter, *, look_up: LookUp = nowhere, links: bool = False) -> None:
        self._emitter, self._links = emitter, links
        self._actions = Actions(look_up)
        self._stories: dict[str, _Story] = {}
        self.left_out = 0

    def take(self, entry: Entry) -> Span | None:
        """Take up the next record; a span if an action ended with it."""
        decision = self._actions.decision_of(entry)
        if decision is None:
            return None
        action = decision.record.predicate.action_id
        story = self._stories.get(action)
        if story is None:
            story = self._stories[action] = self._begun(decision)
            self._bound()
        elif entry is decision:
            story.decision = decision
        story.events.append(_event(entry))
        problem = _problem(entry)
        if problem is None:
            return None
        del self._stories[action]
        return self._span(story, entry, problem)

    def unended(self) -> Iterator[Span]:
        """Yield the actions that did not end: they wait, or their effect is unknown."""
        for story in self._stories.values():
            yield self._span(story, story.decision, "")

    def _begun(self, decision: Entry) -> _Story:
        said: DecisionRecord = decision.record.predicate
        start = Instant(said.at - said.duration_micros)
        return _Story(decision, start, _caller(decision) if self._links else None)

    def _bound(self) -> None:
        while len(self._stories) > MOST_UNENDED:
            del self._stories[next(iter(self._stories))]
            self.left_out += 1

    def _span(self, story: _Story, last: Entry, problem: str) -> Span:
        said: DecisionRecord = story.decision.record.predicate
        ended = last.record.predicate
        attributes = _attributes(story.decision, self._emitter)
        if isinstance(ended, EffectRecord):
            attributes["watchkeeper.effect.status"] = ended.status.value
            attributes["watchkeeper.effect.shard"] = last.ref.shard
            attributes["watchkeeper.effect.index"] = last.ref.index
        elif not problem:
            attributes["watchkeeper.effect.status"] = "unknown"
        if problem:
            attributes["error.type"] = problem
        origin = self._emitter.origin_at(story.decision.ref)
        name = f"{origin} {said.action_id}".encode()
        return Span(
            trace_id=hashlib.sha256(b"watchkeeper trace " + name).hexdigest()[:32],
            span_id=hashlib.sha256(b"watchkeeper span " + name).hexdigest()[:16],
            name=_name(said),
            start=story.start,
            end=ended.ended if isinstance(ended, EffectRecord) else ended.at,
            attributes=attributes,
            events=tuple(story.events),
            status=ERROR if problem else UNSET,
            problem=problem,
            link=story.link,
        )


def _problem(entry: Entry) -> str | None:
    """Return "" where an action ended well, a code where it did not, None where it goes on."""
    said = entry.record.predicate
    if isinstance(said, EffectRecord):
        return "" if said.status is Status.SUCCEEDED else "tool_error"
    if isinstance(said, VoidRecord):
        return said.why.value
    if isinstance(said, VerdictRecord) and said.answer is Answer.REFUSE:
        return Reason.REFUSED_BY_REVIEWER.value
    if isinstance(said, DecisionRecord) and said.decision.outcome is Outcome.BLOCK:
        return said.decision.reasons[0].value if said.decision.reasons else "blocked"
    return None


def _name(said: DecisionRecord) -> str:
    invented = not said.tool or bool(_MADE_UP & set(said.decision.reasons))
    return "execute_tool" if invented else f"execute_tool {said.tool}"


def _attributes(decision: Entry, emitter: Emitter) -> dict[str, Value]:
    said: DecisionRecord = decision.record.predicate
    part = said.decision
    found: dict[str, Value] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": said.tool,
        "gen_ai.tool.call.id": said.action_id,
        "gen_ai.agent.id": said.agent,
        "gen_ai.agent.name": said.agent,
        "mcp.method.name": said.method,
        "watchkeeper.decision.id": said.action_id,
        "watchkeeper.log.origin": emitter.origin_at(decision.ref),
        "watchkeeper.log.shard": decision.ref.shard,
        "watchkeeper.log.index": decision.ref.index,
        "watchkeeper.outcome": part.outcome.value,
        "watchkeeper.reasons": tuple(part.reasons),
        "watchkeeper.policies": part.policies,
        "watchkeeper.controls": part.controls,
        "watchkeeper.plan": said.plan,
        "watchkeeper.system": said.system,
        "watchkeeper.server": said.server,
        "watchkeeper.stage": said.stage.value,
        "watchkeeper.point": said.point.kind,
        "watchkeeper.boundary": said.point.boundary.value,
        "watchkeeper.writes": said.writes,
    }
    return {name: value for name, value in found.items() if value not in {"", ()}}


def _event(entry: Entry) -> Event:
    said = entry.record.predicate
    found: dict[str, Value] = {"watchkeeper.log.index": entry.ref.index}
    if isinstance(said, DecisionRecord):
        found["watchkeeper.outcome"] = said.decision.outcome.value
        found["watchkeeper.reasons"] = tuple(said.decision.reasons)
    elif isinstance(said, VerdictRecord):
        found["watchkeeper.answer"] = said.answer.value
        found["watchkeeper.role"] = said.role
    elif isinstance(said, EffectRecord):
        found["watchkeeper.effect.status"] = said.status.value
    elif isinstance(said, VoidRecord):
        found["watchkeeper.reasons"] = (said.why.value,)
    return Event(f"watchkeeper.{entry.record.kind.value}", said.at, found)


def _caller(decision: Entry) -> tuple[str, str] | None:
    """Return the trace and span that the caller named (W3C Trace Context, 3.2), if it did."""
    body = decision.payload.body if decision.payload is not None else {}
    trace = (body.get("request") or {}).get("trace") or {}
    match = _TRACEPARENT.fullmatch(str(trace.get("traceparent", "")))
    return (match[1], match[2]) if match else None
