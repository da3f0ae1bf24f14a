"""From a person's signature to the agent's answer: a call that is held, over real sockets."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx2

from bench import floors
from bench.floors import quantile
from bench.measures import Figures
from bench.relay import CREDENTIAL, headers_of, message_of, running
from watchkeeper.cli.people import Line

_ADDRESS = {"city": "Lisbon", "postcode": "1100-001", "country": "PT"}


def verdicts(folder: Path, runs: int) -> Figures:
    """Hold a call, approve it, and wait for its answer; milliseconds from the signature on.

    The floors, in turn with it: a call that needs nobody, through the same gateway; the tool server
    alone; one sync of the disk.
    """
    released: list[float] = []
    plain: list[float] = []
    alone: list[float] = []
    synced: list[float] = []
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        running(Path(place), reviewer="ben", hold=30) as (desk, gateway, token, home),
        httpx2.Client(timeout=60, trust_env=False) as client,
    ):
        fd = os.open(Path(place) / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        line, url = Line(home, "ben"), f"{gateway.url}/mcp/desk"
        for n in range(runs + 2):
            taken = _released(client, url, token, line, n)
            body = message_of("lookup_order", {"order_id": "ORD-10003"}, n)
            began = time.perf_counter_ns()
            _post(client, url, token, "lookup_order", body)
            called = time.perf_counter_ns()
            _post(client, desk.url, CREDENTIAL, "lookup_order", body)
            asked = time.perf_counter_ns()
            floors.append_and_sync(fd, b"x" * floors.FRAME_BYTES)
            if n >= 2:
                released.append(taken)
                plain.append((called - began) / 1e6)
                alone.append((asked - called) / 1e6)
                synced.append((time.perf_counter_ns() - asked) / 1e6)
        line.close()
        os.close(fd)
    return {"runs": runs, **_told(released, plain, alone, synced)}


def _told(
    released: list[float], plain: list[float], alone: list[float], synced: list[float]
) -> Figures:
    return {
        "releasedP50ms": quantile(sorted(released), 0.5),
        "releasedP99ms": quantile(sorted(released), 0.99),
        "floorCallP50ms": quantile(sorted(plain), 0.5),
        "floorToolP50ms": quantile(sorted(alone), 0.5),
        "floorSyncP50ms": quantile(sorted(synced), 0.5),
    }


def _released(client: httpx2.Client, url: str, token: str, line: Line, n: int) -> float:
    """Have a call wait, approve it, and return how long its answer took from then on."""
    answered: list[int] = []
    arguments = {"customer_id": "CUS-10003", "street": f"{n} Harbour Lane", **_ADDRESS}

    def call() -> None:
        body = message_of("change_address", arguments, n)
        _post(client, url, token, "change_address", body)
        answered.append(time.perf_counter_ns())

    waiting = threading.Thread(target=call)
    waiting.start()
    item = _waits(line)
    body = _body(item)
    signed = time.perf_counter_ns()
    line.ask("approve", body)
    waiting.join(60)
    if not answered:
        raise RuntimeError("the call was not released")
    return (answered[0] - signed) / 1e6


def _waits(line: Line) -> dict[str, Any]:
    for _ in range(600):
        found = [item for item in line.ask("pending", {}) if item["state"] == "pending"]
        if found and found[0]["shown"] is not None:
            return dict(found[0])
        time.sleep(0.05)
    raise RuntimeError("nothing waits")


def _body(item: dict[str, Any]) -> dict[str, Any]:
    """Return what a person signs to approve what was shown."""
    names = ("request", "tool", "pin", "agent", "plan")
    return {
        **{name: item["shown"][name] for name in names},
        "handle": item["handle"],
        "shown": item["shownDigest"],
        "expires": item["expires"],
        "role": "refund-lead",
        "reason": None,
    }


def _post(client: httpx2.Client, url: str, token: str, tool: str, body: bytes) -> None:
    answer = client.post(url, content=body, headers=headers_of(token, tool))
    answer.raise_for_status()
    if b'"isError":true' in answer.content.replace(b" ", b""):
        raise RuntimeError(answer.text[:500])
