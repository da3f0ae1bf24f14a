"""Spans as an OTLP request in JSON (OpenTelemetry protocol 1, "JSON Protobuf Encoding").

Ids are hex, times and integers are decimal strings, enums are numbers. One request a line is also
what the collector's file exporter writes and its file receiver reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from watchkeeper.check.export.emitter import PRODUCT, Emitter
from watchkeeper.check.export.spans import Event, Span, Value
from watchkeeper.records.codec import Json

INTERNAL = 1
"""The kind of a span that stands for a tool's execution, by the GenAI conventions."""


def otlp_request(
    spans: Iterable[Span], emitter: Emitter, resource: Mapping[str, str] | None = None
) -> Json:
    """Return an ExportTraceServiceRequest of spans; `resource` says more of who sends."""
    about = {"service.name": "watchkeeper", "service.version": emitter.version, **(resource or {})}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(about)},
                "scopeSpans": [
                    {
                        "scope": {"name": PRODUCT.lower(), "version": emitter.version},
                        "spans": [_span(span) for span in spans],
                    }
                ],
            }
        ]
    }


def _span(span: Span) -> Json:
    found: dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": INTERNAL,
        "startTimeUnixNano": _nanos(span.start),
        "endTimeUnixNano": _nanos(span.end),
        "attributes": _attributes(span.attributes),
        "events": [_event(event) for event in span.events],
        "status": {"code": span.status, "message": span.problem} if span.status else {},
    }
    if span.link is not None:
        found["links"] = [{"traceId": span.link[0], "spanId": span.link[1]}]
    return found


def _event(event: Event) -> Json:
    return {
        "timeUnixNano": _nanos(event.at),
        "name": event.name,
        "attributes": _attributes(event.attributes),
    }


def _attributes(values: Mapping[str, Value]) -> list[Json]:
    return [{"key": name, "value": _value(value)} for name, value in sorted(values.items())]


def _value(value: Value) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, tuple):
        return {"arrayValue": {"values": [{"stringValue": str(one)} for one in value]}}
    return {"stringValue": str(value)}


def _nanos(micros: int) -> str:
    return str(micros * 1000)
