"""An agent that does not read while its tool server floods it: the action ends all the same."""

from __future__ import annotations

import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.worlds.gateway import World, call_body


def _resident(world: World) -> int:
    assert world.process is not None
    status = Path(f"/proc/{world.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) << 10


def test_who_reads_slowly_misses_some_and_gets_the_answer(till: World) -> None:
    till.mood(send="flood")
    before = _resident(till)
    body = json.dumps(call_body("send", {"to": "slow", "text": "flood"})).encode()
    place = urlsplit(till.url)
    assert place.hostname is not None
    assert place.port is not None
    with socket.create_connection((place.hostname, place.port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        head = "\r\n".join(f"{name}: {value}" for name, value in till.headers().items())
        said = f"POST /mcp/till HTTP/1.0\r\nhost: {place.netloc}\r\n{head}"
        line.sendall(f"{said}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        for _ in range(3000):
            if any(e["arguments"].get("text") == "flood" for e in till.executed()):
                decided = [d for d in till.decisions() if d.tool == "send"][-1]
                if till.effects(decided.action_id):
                    break
            time.sleep(0.01)
        else:
            raise AssertionError("the action did not end while nobody read")
        grown = _resident(till) - before
        assert grown < 16 << 20, grown
        line.settimeout(30)
        answer = b""
        while chunk := line.recv(1 << 20):
            answer += chunk
    assert b"done send" in answer
    assert 0 < answer.count(b"notifications/message") < 5_000
    assert till.call("look", to="x").done
