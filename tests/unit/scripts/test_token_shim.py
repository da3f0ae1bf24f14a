"""The shim adds the token and changes nothing else, or the conformance runs would say little."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))

from conformance import differences, failing, total
from conformance_suite import RUNS, Score
from token_shim import shim


@contextlib.contextmanager
def echo(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with fixed bytes, and keep what came."""
    came: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while b"\r\n\r\n" not in b"".join(came):
                came.append(connection.recv(65536))
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
        thread.join(5)


def test_the_token_is_added_and_host_and_origin_pass():
    with (
        echo(b"HTTP/1.1 204 No Content\r\n\r\n") as (upstream, came),
        shim(upstream, "t" * 32) as at,
    ):
        headers = {"Host": "evil.example", "Origin": "http://evil.example", "Authorization": "x"}
        answer = httpx2.get(at + "/mcp?a=1", headers=headers)
    lines = b"".join(came).lower().split(b"\r\n")
    assert answer.status_code == 204
    assert lines[0] == b"get /mcp?a=1 http/1.1"
    assert {b"host: evil.example", b"origin: http://evil.example"} <= set(lines)
    assert [line for line in lines if line.startswith(b"authorization")] == [
        b"authorization: bearer " + b"t" * 32
    ]


def test_status_headers_and_body_come_back_as_they_were():
    body = b"event: message\ndata: {}\n\n"
    head = b"HTTP/1.1 418 Teapot\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s-1\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    with echo(head + length + body) as (upstream, _), shim(upstream, "t" * 32) as at:
        answer = httpx2.get(at + "/mcp")
    assert (answer.status_code, answer.content) == (418, body)
    assert answer.headers["mcp-session-id"] == "s-1"
    assert answer.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize(
    ("gateway", "count"),
    [({"ping": Score(2, 0)}, 0), ({"ping": Score(1, 1)}, 1), ({}, 1), ({"pong": Score(2, 0)}, 2)],
)
def test_a_scenario_that_comes_out_otherwise_is_a_difference(gateway: dict, count: int):
    direct = {"ping": Score(2, 0)}
    assert len(differences({RUNS[0]: direct}, {RUNS[0]: gateway})) == count


def test_a_total_counts_scenarios_and_checks():
    scores = {"ping": Score(2, 0), "pong": Score(3, 1)}
    assert total(scores) == "1/2 scenarios, 5/6 checks"
    assert failing(scores) == ["pong"]
