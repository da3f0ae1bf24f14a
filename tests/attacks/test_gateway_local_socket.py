"""The local socket: for its owner alone, and deaf to garbage. One gateway for one home."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.gateway import _RUN, World, make_world
from tests.worlds.guards import Raw, raw

GARBAGE = {
    "empty": b"",
    "text": b"hello",
    "null": b"null",
    "a-list": b"[]",
    "nothing-in-it": b"{}",
    "same-key-twice": b'{"hello":1,"hello":2}',
    "no-signature": b'{"signature":null}',
    "numbers": b'{"signature":{"payload":1,"keyid":2,"sig":3}}',
    "not-base64": b'{"signature":{"payload":"###","keyid":"a","sig":"###"}}',
    "no-json-inside": b'{"signature":{"payload":"AAAA","keyid":"a","sig":"AAAA"}}',
    "a-list-inside": b'{"signature":{"payload":"W10=","keyid":"a","sig":"AAAA"}}',
    "a-person-that-is-none": b'{"signature":{"payload":"eyJwZXJzb24iOltdfQ==",'
    b'"keyid":"a","sig":""}}',
    "deep": b"[" * 100_000,
    "not-utf-8": b"\xff\xfe",
    "long": b'{"a":"' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_and_nothing_is_recorded(till: World, name: str) -> None:
    size = len(till.entries())
    answer = till.line(GARBAGE[name])
    assert answer["error"]["code"] in {"command-invalid", "not-authorised"}, answer
    assert "Traceback" not in json.dumps(answer)
    assert len(till.entries()) == size
    assert till.health()[0] == 200


def test_lines_that_never_end_or_whose_sender_goes_hold_nobody_up(till: World) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            line = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            line.connect(str(till.home / "gateway.sock"))
            line.sendall(b'{"hello":')
        assert till.line(b'{"hello":1}')["result"]["origin"] == "example.org/till/0"
    assert till.call("look", to="x").done


def test_no_more_than_so_many_connections_are_taken(till: World) -> None:
    """Whoever holds them open by saying nothing is let go of after ten seconds."""
    with contextlib.ExitStack() as stack:
        lines = []
        for _ in range(64):
            line = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            line.connect(str(till.home / "gateway.sock"))
            lines.append(line)
        assert "too many connections" in till.line(b'{"hello":1}')["error"]["message"]
        assert till.call("look", to="x").done
        for line in lines:
            line.settimeout(30)
            assert line.recv(1) == b""
        assert till.line(b'{"hello":1}')["result"]["plan"]


def test_guards_leave_room_for_people(guarded: World) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(16):
            stack.enter_context(raw(guarded, "other"))
        line = Raw(guarded)
        stack.callback(line.close)
        assert "too many guards" in (line.greet(guarded, "other") or {})["error"]["message"]
        stack.enter_context(raw(guarded, "payer"))
        assert guarded.line(b'{"hello":1}')["result"]["plan"]


@pytest.mark.parametrize("verb", ["stop", "approve", "roll"])
def test_only_a_plan_is_a_long_line(till: World, verb: str) -> None:
    size = len(till.entries())
    signature = till.signed("ana", verb, {})
    answer = till.send(signature, {"reason": "x" * (3 << 20)})
    assert "too long" in answer["error"]["message"]
    assert len(till.entries()) == size


def test_what_is_longer_than_a_plan_is_not_even_read(till: World) -> None:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with line, contextlib.suppress(ConnectionError):
        line.connect(str(till.home / "gateway.sock"))
        for _ in range(80):
            line.sendall(b"x" * (1 << 20))
    assert till.line(b'{"hello":1}')["result"]["plan"]


def test_only_its_owner_may_open_the_socket(till: World) -> None:
    found = (till.home / "gateway.sock").stat()
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_uid == os.getuid()


def _serve(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN, "serve", str(home), "--port", "0", "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_second_gateway_on_the_same_home_does_not_start(till: World) -> None:
    ended = _serve(till.home)
    assert ended.returncode == 2
    assert "another process" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert till.line(b'{"hello":1}')["result"]["plan"]  # the socket of the first still answers
    assert till.call("look", to="x").done


def test_a_home_too_deep_for_a_socket_is_said_so(tmp_path: Path) -> None:
    world = make_world(tmp_path / ("d" * 100))
    ended = _serve(world.home)
    assert ended.returncode == 2
    assert "too long for its socket" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_socket_left_over_by_a_killed_gateway_is_in_nobodys_way(till: World) -> None:
    till.kill()
    assert (till.home / "gateway.sock").exists()
    till.start()
    assert till.line(b'{"hello":1}')["result"]["plan"]
