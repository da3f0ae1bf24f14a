"""Records as other systems take them: OCSF for a SIEM, OpenTelemetry for traces, plain lines.

Only what the log itself holds is given on, never anything out of a payload.
"""

from watchkeeper.check.export.actions import Actions
from watchkeeper.check.export.emitter import Emitter
from watchkeeper.check.export.lines import record_line
from watchkeeper.check.export.ocsf import ocsf_event
from watchkeeper.check.export.otlp import otlp_request
from watchkeeper.check.export.spans import Span, Spans

__all__ = [
    "Actions",
    "Emitter",
    "Span",
    "Spans",
    "ocsf_event",
    "otlp_request",
    "record_line",
]
