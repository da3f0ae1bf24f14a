"""The gateway under it: `watchkeeper serve`, killed and started again on the same home and port."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults.calls.house import House, signed
from watchkeeper.ports import Signer
from watchkeeper.records.codec import to_json

_ORIGIN = "faults.example/desk/0"
_SETTLE_SECONDS = 8.0


@dataclass(slots=True)
class Guarded:
    """One home and the process that serves it.

    `memory` is the resident memory in MiB, a reading a second; `settled` how many unknown effects
    were settled, by how they came out; `kept` are checkpoints that an outsider has seen.
    """

    house: House
    port: int = 0
    kills: int = 0
    memory: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)
    kept: set[bytes] = field(default_factory=set)
    process: asyncio.subprocess.Process | None = None
    _ana: Signer | None = None

    @property
    def home(self) -> Path:
        """The home: the template itself."""
        return self.house.template

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and return once agents may connect.

        Raises:
            RuntimeError: it does not start.
        """
        self.port = self.port or _free_port()
        words = (sys.executable, "-m", "watchkeeper", "serve", str(self.home), "--json")
        began = asyncio.get_running_loop().time()
        with (self.house.root / "gateway.err").open("ab") as messages:
            self.process = await asyncio.create_subprocess_exec(
                *words, "--port", str(self.port), "--hold", "0", "--no-console",
                stdout=asyncio.subprocess.PIPE, stderr=messages,
            )  # fmt: skip
        line = b"" if self.process.stdout is None else await self.process.stdout.readline()
        if not line:
            said = (self.house.root / "gateway.err").read_text("utf-8", "replace")
            raise RuntimeError(f"the gateway does not start: {said[-500:]}")
        self.starts.append(asyncio.get_running_loop().time() - began)

    async def kill(self) -> None:
        """End it without warning, and start it again."""
        self.keep()
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.kills += 1
        await self.start()

    async def end(self) -> int:
        """Ask it to end, and return its exit code."""
        self.keep()
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 60)

    async def settle(self) -> None:
        """Settle what is unknown by the declared read, as soon as its time has run out."""
        until = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        while asyncio.get_running_loop().time() < until:
            unknown = await asyncio.to_thread(self._command, "unknown", {}) or []
            for action in unknown:
                body = {"actionId": action["actionId"], "status": "read"}
                answer = await asyncio.to_thread(self._command, "resolve", body)
                if answer is not None:
                    status = str(answer["status"])
                    self.settled[status] = self.settled.get(status, 0) + 1
            await asyncio.sleep(0.5)

    def keep(self) -> None:
        """Keep the checkpoint that is published now."""
        self.kept.add((self.home / "log" / "checkpoint").read_bytes())

    def look(self) -> None:
        """Note how much memory it holds now."""
        if self.process is None:
            return
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        except OSError:
            return
        self.memory.append(int(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20))

    def _command(self, verb: str, body: dict[str, Any]) -> Any:
        if self._ana is None:  # opening a key takes long, on purpose
            self._ana = self.house.signer("ana")
        signature = signed(self._ana, "ana", _ORIGIN, verb, body)
        message = json.dumps({"signature": to_json(signature), "beside": {}}).encode() + b"\n"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(20)
                line.connect(str(self.home / "gateway.sock"))
                line.sendall(message)
                with line.makefile("rb") as answers:
                    return json.loads(answers.readline() or b"{}").get("result")
        except (OSError, ValueError):
            return None


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
