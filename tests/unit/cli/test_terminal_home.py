"""A terminal never opens a home that a gateway has: what it asks goes to the gateway, or fails."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from watchkeeper import wiring
from watchkeeper.cli.people import Line, Refusal
from watchkeeper.errors import UpstreamFailed

CLI = Path(__file__).parents[3] / "src/watchkeeper/cli"
MAY_OPEN = {"people.py", "log/erase.py"}
"""The one way of all commands, and `log erase --resume`, which is for a home without a gateway."""


def test_there_is_one_way_to_a_home_for_all_commands() -> None:
    opening = {
        path.relative_to(CLI).as_posix()
        for path in CLI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "open_log"
    }
    assert opening == MAY_OPEN


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A person's way to a home that is nothing but a socket: opening it would fail."""
    monkeypatch.setenv("WATCHKEEPER_PEOPLE", str(tmp_path / "people"))
    monkeypatch.setenv("WATCHKEEPER_PASSPHRASE", "passphrase of the test")
    (tmp_path / "people").mkdir(mode=0o700)
    wiring.create_person_key(tmp_path / "people" / "ana.key", "passphrase of the test")
    (tmp_path / "home").mkdir()
    line = Line(tmp_path / "home", "ana")
    yield line
    line.close()


def _gateway(home: Path, answers: list[bytes]) -> threading.Thread:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(home / "gateway.sock"))
    listener.listen(4)

    def serve() -> None:
        with listener:
            for answer in answers:
                connection = listener.accept()[0]
                with connection, connection.makefile("rb") as lines:
                    lines.readline()
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def _said(**answer: Any) -> bytes:
    return orjson.dumps(answer) + b"\n"


HELLO = _said(result={"origin": "x/0", "plan": None})


def test_what_is_asked_is_answered_by_the_gateway(line: Line) -> None:
    thread = _gateway(line.path, [HELLO, _said(result=[1])])
    assert line.ask("pending", {}) == [1]
    thread.join(10)
    assert sorted(path.name for path in line.path.iterdir()) == ["gateway.sock"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_said(error={"code": "full", "message": "too many connections", "advice": ""}), Refusal),
        (b"", UpstreamFailed),
    ],
)
def test_a_gateway_that_does_not_answer_is_no_leave_to_open(
    line: Line, answer: bytes, error: type[Exception]
) -> None:
    thread = _gateway(line.path, [HELLO, answer])
    with pytest.raises(error):
        line.ask("pending", {})
    thread.join(10)
    assert sorted(path.name for path in line.path.iterdir()) == ["gateway.sock"]
