"""A stop while a call that was let go of waits for its connection: not a byte of it is sent."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.gateway import Reply, World, open_till
from tests.worlds.till_workspace import SERVERS, server_module, till_files
from watchkeeper.records.action import Outcome, Status
from watchkeeper.verify import verify_log


class Jam:
    """A tool server over HTTP that takes no connections for a while; `asked` is what came."""

    def __init__(self, folder: Path) -> None:
        sys.path.insert(0, str(SERVERS))
        self._till, self._folder = server_module("till"), folder
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/mcp"
        self.asked: list[bytes] = []
        self._jammed = self._ended = False
        self._fillers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def jam(self) -> None:
        """Take no connection from now on; who comes waits until its turn."""
        self._jammed = True
        time.sleep(0.1)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(self._listener.getsockname())
            self._fillers.append(filler)

    def free(self) -> None:
        """Go on."""
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        self._jammed = False

    def end(self) -> None:
        """Take no more."""
        self.free()
        self._ended = True
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._ended:
            ready = select.select([self._listener], [], [], 0.02)[0]
            if ready and not self._jammed:
                with contextlib.suppress(OSError), self._listener.accept()[0] as line:
                    self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        """Answer one request, and close: each needs a connection of its own."""
        line.settimeout(5)
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += line.recv(65536) or b"\r\n\r\n"
        head, _, body = raw.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += line.recv(65536)
        message = json.loads(body) if body else {}
        if message.get("method") == "tools/call":
            self.asked.append(body)
        self._reply(line, message)

    def _reply(self, line: socket.socket, message: Mapping[str, Any]) -> None:
        said: dict[str, Any] = {"jsonrpc": "2.0", "id": message.get("id")}
        try:
            params = message.get("params") or {}
            said["result"] = self._till.answer(self._folder, message.get("method"), params)
        except LookupError:
            said["error"] = {"code": -32601, "message": "no"}
        text = json.dumps(said).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(text)}"
        line.sendall(head.encode() + b"\r\nconnection: close\r\n\r\n" + text)


@pytest.fixture
def jammed(tmp_path: Path) -> Iterator[tuple[World, Jam]]:
    folder = tmp_path / "world" / "till"
    folder.mkdir(parents=True)
    server = Jam(folder)

    def files(till: Path, keys: Mapping[str, str]) -> dict[str, str]:
        written = till_files(till, keys)
        head, _, rest = written["tools/till.yaml"].partition("command:")
        tools = f"{head}url: {server.url}\n{rest.partition(chr(10))[2]}"
        return {**written, "tools/till.yaml": tools}

    with open_till(tmp_path / "world", files) as world:
        yield world, server
    server.end()


def test_what_waits_for_its_connection_is_held_back(jammed: tuple[World, Jam]) -> None:
    world, server = jammed
    assert world.call("send", to="a", text="before").done
    asked = len(server.asked)
    server.jam()
    told: list[Reply] = []
    call = threading.Thread(target=lambda: told.append(world.call("send", to="a", text="late")))
    call.start()
    while not (world.decisions() and len(world.decisions()) == 2):
        time.sleep(0.02)
    assert world.decisions()[-1].decision.outcome is Outcome.ALLOW
    world.stop("agent:payer")
    call.join(30)
    server.free()
    assert told[0].reason == "stopped"
    effect = world.effects()[-1]
    assert effect.held_back
    assert effect.status is Status.FAILED
    assert effect.after_stop is not None
    world.resume("agent:payer")
    assert world.call("send", to="a", text="after").done
    sent = [json.loads(body)["params"]["arguments"]["text"] for body in server.asked[asked:]]
    assert sent == ["after"]
    assert [e["arguments"]["text"] for e in world.executed()] == ["before", "after"]
    assert verify_log(world.home / "log", workers=1).findings == ()


async def test_the_last_look_is_in_the_step_in_which_the_first_byte_goes() -> None:
    """Held back in that step, a connection that is open already carries nothing."""
    import asyncio

    from watchkeeper.enforcement.upstream.channel import HeldBack
    from watchkeeper.enforcement.upstream.http import HttpChannel, http_pool
    from watchkeeper.records.action import Reason

    came = bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.extend(await reader.read())
        writer.close()

    def hold() -> None:
        raise HeldBack(Reason.STOPPED)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with http_pool() as pool, server:
        channel = HttpChannel(pool, f"http://127.0.0.1:{port}/", {})
        with pytest.raises(HeldBack):
            async with channel.send(b"{}", {}, hold):
                pass
        await asyncio.sleep(0.05)
    assert came == b""
