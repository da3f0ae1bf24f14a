"""An OpenTelemetry collector on this machine, as far as spans are sent to one (OTLP over HTTP).

`how` says what it does instead of taking them: `refuse` answers 503, `partial` says that it
refused one, `hang` does not answer, `huge` answers for ever.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Collector:
    """Keeps what it is sent: requests that it took, and the headers of each."""

    how: str = "well"
    requests: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def spans(self) -> list[Any]:
        """Every span that it took."""
        return [
            span
            for request in self.requests
            for resource in request["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on a free port; yields the address without a path."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            self.done.set()
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if collector.how == "hang":
                collector.done.wait(20)
                return
            taken = self.path == "/v1/traces" and collector.how != "refuse"
            self.send_response(200 if taken else 503)
            self.send_header("content-type", "application/json")
            self.end_headers()
            if collector.how == "huge":
                self.wfile.write(b" " * (1 << 20))
            elif taken:
                collector.headers.append(dict(self.headers.items()))
                collector.requests.append(json.loads(body))
                refused = {"partialSuccess": {"rejectedSpans": "1"}}
                self.wfile.write(json.dumps(refused if collector.how == "partial" else {}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
