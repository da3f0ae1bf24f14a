"""What the gateway adds to a call over HTTP: real server, real gateway, real client."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from bench.floors import quantile
from bench.world import AIMS

ROOT = Path(__file__).parents[1]
CREDENTIAL = "bench-credential-0123456789-0123456789"
_META = "io.modelcontextprotocol/"
_VERSION = "2026-07-28"


def relay(folder: Path, calls: int) -> dict[str, Any]:
    """Call a reading tool directly and through the gateway, in turn, so that drift hits both."""
    with running(folder) as (direct, gateway, token, home):
        result = asyncio.run(_measure(direct, gateway, token, calls))
        result["serveResidentMiB"] = _resident(gateway.pid)
        result["recorded"] = _share(home)
    return result


class _Process:
    def __init__(self, popen: subprocess.Popen[str], url: str) -> None:
        self.popen, self.url, self.pid = popen, url, popen.pid


async def _measure(direct: _Process, gateway: _Process, token: str, calls: int) -> dict[str, Any]:
    taken: dict[str, list[float]] = {"direct": [], "gateway": []}
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        for n in range(calls + 20):
            body = message_of("lookup_order", {"order_id": "ORD-10003"}, n)
            for name, url, auth in (
                ("direct", direct.url, CREDENTIAL),
                ("gateway", f"{gateway.url}/mcp/desk", token),
            ):
                began = time.perf_counter_ns()
                response = await client.post(
                    url, content=body, headers=headers_of(auth, "lookup_order")
                )
                response.raise_for_status()
                if n >= 20:
                    taken[name].append((time.perf_counter_ns() - began) / 1e6)
    direct_ms, gateway_ms = sorted(taken["direct"]), sorted(taken["gateway"])
    return {
        "calls": calls,
        "directP50ms": quantile(direct_ms, 0.5),
        "directP99ms": quantile(direct_ms, 0.99),
        "gatewayP50ms": quantile(gateway_ms, 0.5),
        "gatewayP99ms": quantile(gateway_ms, 0.99),
        "addedP50ms": quantile(gateway_ms, 0.5) - quantile(direct_ms, 0.5),
    }


def message_of(tool: str, arguments: dict[str, Any], n: int) -> bytes:
    """Return the call of a tool as it goes over the wire."""
    meta = {
        f"{_META}protocolVersion": _VERSION,
        f"{_META}clientInfo": {"name": "bench", "version": "1"},
        f"{_META}clientCapabilities": {},
    }
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": params}
    return json.dumps(message).encode()


def headers_of(auth: str, tool: str) -> dict[str, str]:
    """Return the headers of a call."""
    return {
        "authorization": f"Bearer {auth}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": _VERSION,
        "mcp-method": "tools/call",
        "mcp-name": tool,
    }


@contextlib.contextmanager
def running(
    folder: Path, *, reviewer: str | None = None, hold: float | None = None
) -> Iterator[tuple[_Process, _Process, str, Path]]:
    """Start tool server and gateway; yield both, the agent's token and the home.

    With a `reviewer`, that person has a key, whose place this process knows, too, and as many
    changes of addresses as one likes may wait.
    """
    shutil.copytree(AIMS, folder / "aims")
    home, cred = folder / "home", folder / "desk.credential"
    os.environ["WATCHKEEPER_PEOPLE"] = str(folder / "people")
    os.environ["WATCHKEEPER_PASSPHRASE"] = base64.b64encode(os.urandom(12)).decode()
    environment = dict(os.environ)

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "watchkeeper", *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=folder
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return done.stdout

    desk = [sys.executable, str(ROOT / "examples" / "refund-desk" / "serve.py")]
    subprocess.run([*desk, "--database", str(folder / "desk.db"), "--seed", "7"], check=True)
    cred.write_text(CREDENTIAL)
    cred.chmod(0o600)
    with contextlib.ExitStack() as stack:
        words = ["--database", str(folder / "desk.db"), "--credential", str(cred), "--port", "0"]
        server = stack.enter_context(_started([*desk, *words], environment))
        tools = folder / "aims" / "tools" / "desk.yaml"
        text = tools.read_text(encoding="utf-8")
        tools.write_text(text.replace("http://127.0.0.1:8931/mcp", server.url), encoding="utf-8")
        run("do", "enroll", "ana", "--workspace", "aims")
        if reviewer is not None:
            run("do", "enroll", reviewer, "--workspace", "aims")
            grants = folder / "aims" / "authority" / "refund-agent.yaml"
            many = grants.read_text(encoding="utf-8").replace("count: 20\n", "count: 100000\n")
            grants.write_text(many, encoding="utf-8")
        run("plan", "release", "aims", "--home", "home", "--by", "ana")
        token = run("do", "token", "refund-agent", "--home", "home", "--by", "ana").strip()
        (home / "credentials").mkdir(mode=0o700)
        (home / "credentials" / "desk.authorization").write_text(f"Bearer {CREDENTIAL}")
        (home / "credentials" / "desk.authorization").chmod(0o600)
        serve = [sys.executable, "-m", "watchkeeper", "serve", str(home), "--port", "0", "--json"]
        serve += ["--hold", str(hold), "--no-console"] if hold is not None else []
        yield server, stack.enter_context(_started(serve, environment)), token, home


@contextlib.contextmanager
def _started(command: list[str], environment: dict[str, str]) -> Iterator[_Process]:
    popen = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        if popen.stdout is None:
            raise RuntimeError("a process without output")
        yield _Process(popen, str(json.loads(popen.stdout.readline())["url"]))
    finally:
        popen.terminate()
        popen.wait(20)


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _share(home: Path) -> dict[str, float]:
    """Return what the records themselves say that a decision took, in microseconds."""
    from watchkeeper import wiring
    from watchkeeper.records.kinds import Kind

    taken = sorted(
        float(entry.record.predicate.duration_micros)
        for entry in wiring.read_entries(home)
        if entry.record.kind is Kind.DECISION
    )
    return {"decisionP50us": quantile(taken, 0.5), "decisionP99us": quantile(taken, 0.99)}
