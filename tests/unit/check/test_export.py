"""A day at the bank as OCSF, as spans and as lines, held against the schemas that others made."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

import jsonschema_rs
import pytest

from tests.worlds import needs
from tests.worlds.bank import Bank, pay
from watchkeeper.check.export import (
    Actions,
    Emitter,
    Span,
    Spans,
    ocsf_event,
    otlp_request,
    record_line,
)
from watchkeeper.loop.steps import Allowed, Escalated
from watchkeeper.records.action import Status
from watchkeeper.records.statement import Entry

EMITTER = Emitter("example.org/desk/0", "0.1.0")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACED = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
SECRETS = ("secret-shop", TRACE, "hidden-note")


@lru_cache(maxsize=1)
def day() -> tuple[Entry, ...]:
    """Everything that can be recorded: allowed, failed, blocked, escalated, voided, stopped."""
    bank = Bank()
    given = {"to": SECRETS[0], "trace": TRACED}
    for mark, status in (("a", Status.SUCCEEDED), ("b", Status.FAILED)):
        bank.clock.advance(1)
        allowed = bank.ask(pay(mark=mark, note=f"{SECRETS[2]} {mark}", **given))
        assert isinstance(allowed, Allowed)
        bank.clock.advance(1)
        bank.kernel.finish(allowed, status, allowed.at, {"said": "hidden-note"})
    waits = bank.ask(pay(300, mark="c", note="c", **given))
    assert isinstance(waits, Escalated)
    bank.clock.advance(5)
    bank.approve(waits.handle)
    released = bank.come_back(waits.handle)
    assert isinstance(released, Allowed)
    bank.kernel.finish(released, Status.SUCCEEDED, released.at, {})
    bank.clock.advance(90_000)
    expires = bank.ask(pay(301, mark="d", note="d", **given))
    assert isinstance(expires, Escalated)
    refused = bank.ask(pay(302, mark="e", note="e", **given))
    assert isinstance(refused, Escalated)
    bank.refuse(refused.handle)
    bank.stop()
    bank.ask(pay(mark="f", note="f", **given))
    bank.resume()
    bank.ask(pay(mark="g", tool="made-up-tool", **given))
    bank.token("t1")
    unknown = bank.ask(pay(mark="h", note="last", **given))
    assert isinstance(unknown, Allowed)
    bank.clock.advance(90_000)
    bank.kernel.tick()
    return tuple(bank.entries())


def events() -> list[Any]:
    actions = Actions()
    return [ocsf_event(entry, EMITTER, actions.decision_of(entry)) for entry in day()]


def spans(**options: Any) -> list[Span]:
    made = Spans(EMITTER, **options)
    ended = [span for entry in day() if (span := made.take(entry)) is not None]
    return [*ended, *made.unended()]


def by_outcome(what: str) -> list[Any]:
    return [one for one in events() if one["unmapped"]["log"]["kind"] == what]


def test_every_record_is_an_event_of_the_official_schema() -> None:
    needs.module("ocsf_json_schema")
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    made = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
    schema = made.get_class_schema(class_name="api_activity", profiles=["security_control"])
    valid = jsonschema_rs.validator_for(schema)
    kinds = set()
    for event in events():
        assert [error.message for error in valid.iter_errors(event)] == []
        kinds.add(event["metadata"]["event_code"])
        broken = {name: value for name, value in event.items() if name != "actor"}
        assert not valid.is_valid(broken)
    assert kinds >= {"decision", "effect", "verdict", "void", "stop", "resume", "plan-release"}


@pytest.mark.parametrize(
    ("outcome", "action", "disposition", "status"),
    [("allow", 1, 1, 1), ("block", 2, 2, 2), ("escalate", 99, 99, 99)],
)
def test_outcomes_are_dispositions(
    outcome: str, action: int, disposition: int, status: int
) -> None:
    found = [
        event
        for event in by_outcome("decision")
        if event["unmapped"]["predicate"]["decision"]["outcome"] == outcome
    ]
    assert found
    for event in found:
        assert event["action_id"] == action
        assert event["disposition_id"] == disposition
        assert event["status_id"] == status
        assert event["status_code"] in event["status_detail"]
        assert event["api"]["request"]["uid"] == event["metadata"]["correlation_uid"]


def test_an_effect_names_the_tool_of_its_decision() -> None:
    effects = by_outcome("effect")
    assert [event["status_id"] for event in effects] == [1, 2, 1]
    assert {event["api"]["operation"] for event in effects} == {"pay"}
    assert {event["src_endpoint"]["name"] for event in effects} == {"payer"}


def test_people_are_the_actors_of_what_they_sign() -> None:
    for kind in ("verdict", "stop", "plan-release", "token"):
        assert by_outcome(kind)[0]["actor"]["user"]["name"] in {"ana", "ben"}


def test_every_action_is_one_span() -> None:
    found = spans()
    said = {entry.record.predicate.action_id for entry in day() if entry.record.kind == "decision"}
    assert sorted(span.attributes["gen_ai.tool.call.id"] for span in found) == sorted(said)
    assert len({span.span_id for span in found}) == len(found)
    assert all(span.start <= event.at <= span.end for span in found for event in span.events)
    assert all(span.attributes["gen_ai.operation.name"] == "execute_tool" for span in found)


def test_how_spans_end() -> None:
    problems = [span.problem for span in spans()]
    assert problems.count("") == 3
    assert problems.count("tool_error") == 1
    assert "stopped" in problems
    unknown = [s for s in spans() if s.attributes.get("watchkeeper.effect.status") == "unknown"]
    assert len(unknown) == 1
    assert {span.status for span in spans() if span.problem} == {2}
    assert {span.status for span in spans() if not span.problem} == {0}


def test_an_approved_action_tells_its_story() -> None:
    names = ["decision", "verdict", "decision", "effect"]
    found = [span for span in spans() if len(span.events) == 4]
    assert [event.name for event in found[0].events] == [f"watchkeeper.{name}" for name in names]
    assert found[0].end - found[0].start >= 5_000_000


def test_a_name_that_the_agent_made_up_names_no_span() -> None:
    named = {span.name for span in spans()}
    assert named == {"execute_tool pay", "execute_tool"}


def test_names_are_those_of_the_conventions() -> None:
    needs.module("opentelemetry")
    needs.module("opentelemetry.semconv")
    from opentelemetry.semconv._incubating.attributes import (
        gen_ai_attributes,
        mcp_attributes,
    )
    from opentelemetry.semconv.attributes import error_attributes

    known = {
        value
        for names in (gen_ai_attributes, mcp_attributes, error_attributes)
        for name, value in vars(names).items()
        if name.isupper() and isinstance(value, str)
    }
    ours = {name for span in spans() for name in span.attributes}
    theirs = {name for name in ours if not name.startswith("watchkeeper.")}
    assert "gen_ai.tool.name" in theirs
    assert theirs <= known


def test_otlp_is_what_the_official_protocol_reads() -> None:
    needs.module("opentelemetry")
    needs.module("opentelemetry.proto")
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

    for_reading = json.loads(json.dumps(otlp_request(spans(links=True), EMITTER)))
    listed = for_reading["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for one in (*listed, *(link for span in listed for link in span.get("links", ()))):
        for name in ("traceId", "spanId"):  # hex in OTLP, base64 in plain protobuf JSON
            one[name] = base64.b64encode(bytes.fromhex(one[name])).decode()
    request = json_format.ParseDict(for_reading, trace_service_pb2.ExportTraceServiceRequest())
    read = request.resource_spans[0].scope_spans[0].spans
    assert [span.name for span in read] == [span.name for span in spans()]
    assert [span.start_time_unix_nano for span in read] == [s.start * 1000 for s in spans()]
    assert {len(span.trace_id) for span in read} == {16}
    assert {len(span.span_id) for span in read} == {8}
    assert [span.status.code for span in read] == [span.status for span in spans()]


def test_only_links_know_the_callers_trace() -> None:
    assert {span.link for span in spans()} == {None}
    linked = [span.link for span in spans(links=True)]
    assert linked.count((TRACE, SPAN)) == len(linked)
    assert all(span.trace_id != TRACE for span in spans(links=True))


@pytest.mark.parametrize(
    "text",
    ["", "00-0", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"01-{TRACE}-{SPAN}-01"],
)
def test_a_trace_that_is_none_is_not_linked(text: str) -> None:
    bank = Bank()
    bank.ask(pay(trace={"traceparent": text}, tool="made-up"))
    made = Spans(EMITTER, links=True)
    found = [span for entry in bank.entries() if (span := made.take(entry)) is not None]
    assert [span.link for span in found] == [None]


def test_nothing_hidden_is_given_on() -> None:
    given = json.dumps(
        [
            events(),
            otlp_request(spans(), EMITTER),
            [record_line(entry, EMITTER) for entry in day()],
        ]
    )
    held = [entry for entry in day() if entry.payload is not None]
    assert any(SECRETS[0] in json.dumps(entry.payload.body) for entry in held if entry.payload)
    for secret in SECRETS:
        assert secret not in given
    for entry in held:
        for salt in (entry.payload.body.get("salts") or {}).values() if entry.payload else ():
            assert salt not in given


def test_memory_is_bounded_and_what_is_forgotten_is_looked_up() -> None:
    entries = {entry.ref: entry for entry in day()}
    forgetful = Actions(entries.get, most=0)
    for entry in day():
        found = forgetful.decision_of(entry)
        if entry.record.kind in {"effect", "void", "verdict"}:
            assert found is not None
            assert found.ref == entry.record.predicate.decision
    blind = Actions(most=0)
    effects = [entry for entry in day() if entry.record.kind == "effect"]
    assert [blind.decision_of(entry) for entry in effects] == [None] * len(effects)
