"""Witnesses that misbehave, each in one way; over HTTP, by hand.

    python tests/servers/bad_witness.py PORT

The first part of the path says how: `http://127.0.0.1:PORT/hangs/add-checkpoint`. Each has a key
of its own, made from its name (`signer_of`).

    honest       cosigns whatever it is sent, looking at nothing: so it signs every fork
    hangs        takes requests, and never answers
    drips        answers one byte of its headers a second
    drips-body   answers one byte of its body a second
    garbage      answers 200 with bytes that are no signature lines
    huge         answers 200 with a body that does not end
    compressed   answers with a small body that unpacks to a large one
    lies         answers 200 with a signature over another checkpoint
    long-ago     cosigns with a time of last year
    stranger     cosigns with a key that nobody knows
    elsewhere    redirects to itself
    other-size   answers 409 with another size each time, one of two
    same-size    answers 409 with the size that it was told
    longer       answers 409 with a size that the log never had
    another      answers 422 to everything
    closes       closes the connection without an answer
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchkeeper.adapters.keys import FileSigner
from watchkeeper.ledger.note import parse_note_unverified, render_signature
from watchkeeper.ledger.witness.cosignature import cosign
from watchkeeper.ledger.witness.message import parse_request

YEAR = 365 * 86_400
_sizes = itertools.cycle((1, 2))


def name_of(behaviour: str) -> str:
    """Return the name that a witness signs under."""
    return f"{behaviour}.bad.example"


def signer_of(behaviour: str) -> FileSigner:
    """Return the key of a witness."""
    seed = hashlib.sha256(behaviour.encode()).digest()
    return FileSigner(Ed25519PrivateKey.from_private_bytes(seed))


class Handler(BaseHTTPRequestHandler):
    """Answers as the behaviour says."""

    protocol_version = "HTTP/1.1"

    behaviour: str
    name: str
    signer: FileSigner

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Say that it is there."""
        self._say(200, b"ok\n")

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        self.behaviour = self.path.split("/")[1]
        self.name, self.signer = name_of(self.behaviour), signer_of(self.behaviour)
        body = self.rfile.read(int(self.headers["content-length"]))
        actions: dict[str, Callable[[bytes], None]] = {
            "honest": lambda b: self._sign(b, int(time.time())),
            "hangs": lambda _: time.sleep(3600),
            "drips": self._drip,
            "drips-body": self._drip_body,
            "garbage": lambda _: self._say(200, bytes(range(256)) * 10),
            "huge": self._huge,
            "compressed": self._compressed,
            "lies": self._lie,
            "long-ago": lambda b: self._sign(b, int(time.time()) - YEAR),
            "stranger": self._stranger,
            "elsewhere": self._elsewhere,
            "other-size": lambda _: self._conflict(next(_sizes)),
            "same-size": lambda b: self._conflict(parse_request(b).old),
            "longer": lambda _: self._conflict(10**9),
            "another": lambda _: self._say(422, b"no\n"),
            "closes": lambda _: None,
        }
        actions[self.behaviour](body)
        self.close_connection = True

    def _sign(self, body: bytes, at: int, change: Callable[[str], str] = str) -> None:
        text = parse_note_unverified(parse_request(body).checkpoint).text
        line = cosign(change(text), self.name, self.signer, at)
        self._say(200, f"{render_signature(line)}\n".encode())

    def _lie(self, body: bytes) -> None:
        self._sign(body, int(time.time()), lambda text: text.replace("\n", "\n1", 1))

    def _stranger(self, body: bytes) -> None:
        self.signer = FileSigner(Ed25519PrivateKey.generate())
        self._sign(body, int(time.time()))

    def _drip(self, _: bytes) -> None:
        for one in b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n" * 1000:
            self.wfile.write(bytes([one]))
            time.sleep(1)

    def _drip_body(self, _: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 50000\r\n\r\n")
        for _one in range(50_000):
            self.wfile.write(b"x")
            time.sleep(1)

    def _huge(self, _: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n")
        while True:
            self.wfile.write(b"\xe2\x80\x94 a b\n" * 10_000)

    def _compressed(self, _: bytes) -> None:
        packed = gzip.compress(bytes(60_000_000))
        self.send_response(200)
        self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def _elsewhere(self, _: bytes) -> None:
        self.send_response(307)
        self.send_header("location", self.path)
        self.send_header("content-length", "0")
        self.end_headers()

    def _conflict(self, size: int) -> None:
        self._say(409, f"{size}\n".encode(), "text/x.tlog.size")

    def _say(self, status: int, body: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until killed."""
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print(server.server_address[1], flush=True)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
