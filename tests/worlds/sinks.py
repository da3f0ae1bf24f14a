"""Where notices go: a mail server and a web service on this machine, which keep all they are sent.

with open_sinks() as sinks:
    sinks.mail_url, sinks.web_url
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import socketserver
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

with warnings.catch_warnings():
    # Some of its hundred plug-ins use what will be gone; they are loaded once, with the first.
    warnings.simplefilter("ignore")
    import apprise

    apprise.Apprise().add("json://localhost")

PASSWORD = "pa55word-of-the-channel"
"""Stands in the web sink's address, as in those of real services."""


@dataclass
class Sinks:
    """What came by mail and by web, byte for byte; `status` and `delay` are the web sink's mood."""

    mail_port: int = 0
    web_port: int = 0
    mails: list[bytes] = field(default_factory=list)
    posts: list[bytes] = field(default_factory=list)
    status: int = 200
    delay: float = 0

    @property
    def mail_url(self) -> str:
        place = f"localhost:{self.mail_port}"
        return f"mailto://{place}?mode=insecure&from=watch@example.org&to=ben@example.org"

    @property
    def web_url(self) -> str:
        return f"json://watch:{PASSWORD}@localhost:{self.web_port}/hooks/{PASSWORD}"

    @property
    def texts(self) -> list[str]:
        """What the mails say, decoded: subject and text."""
        found = []
        for raw in self.mails:
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            body = mail.get_body(("plain", "html"))
            assert body is not None
            found.append(f"{mail['subject']}\n{body.get_content()}")
        return found

    def wait(self, what: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, (self.mails, self.posts)
            time.sleep(0.05)


@contextlib.contextmanager
def open_sinks() -> Iterator[Sinks]:
    """Start both, and end them."""
    sinks = Sinks()

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    parts = iter(self.rfile.readline, b".\r\n")
                    sinks.mails.append(b"".join(parts))
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 well\r\n")

    class Web(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sinks.posts.append(self.rfile.read(length))
            time.sleep(sinks.delay)
            with contextlib.suppress(ConnectionError):
                self.send_response(sinks.status)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with contextlib.ExitStack() as held:
        for name, kind, handler in (
            ("mail_port", socketserver.ThreadingTCPServer, Mail),
            ("web_port", ThreadingHTTPServer, Web),
        ):
            server = kind(("127.0.0.1", 0), handler)
            server.daemon_threads = True
            held.callback(server.server_close)
            running = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            running.start()
            held.callback(running.join)
            held.callback(server.shutdown)
            setattr(sinks, name, server.server_address[1])
        yield sinks
