"""Real witnesses in processes of their own: ours, one made by others, and ones that misbehave."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.worlds import needs
from tests.worlds.till_workspace import server_module
from watchkeeper import wiring
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ledger.witness.cosignature import witness_key

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "servers" / "bad_witness.py"
_RUN = "import sys; from watchkeeper.cli.app import main; sys.argv[0] = 'watchkeeper'; main()"


@dataclass
class Witness:
    """A witness's folder, its process, and where it listens; `port` is kept over restarts."""

    path: Path
    name: str
    vkey: str = ""
    port: int = 0
    command: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    beneath: str = ""
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.beneath}"

    def line(self, name: str) -> str:
        """The line of this witness in a policy."""
        return f"witness {name} {self.vkey} {self.url}\n"

    def knows(self, vkey: str) -> None:
        wiring.witness_knows(self.path, vkey)

    def start(self) -> None:
        command = self.command or (
            sys.executable, "-c", _RUN, "witness", "serve", str(self.path),
            "--port", str(self.port), "--json",
        )  # fmt: skip
        with (self.path.parent / f"{self.path.name}.err").open("ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        if self.command:
            self._await()
            return
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.port = int(said["url"].rpartition(":")[2])

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self._ended()

    def end(self) -> int:
        if self.process is None:
            return 0
        self.process.terminate()
        return self._ended()

    def post(self, body: bytes) -> httpx2.Response:
        return self.client.post(f"{self.url}/add-checkpoint", content=body)

    def _ended(self) -> int:
        assert self.process is not None
        code = self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    def _await(self) -> None:
        for _ in range(600):
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.get(self.url + "/healthz", timeout=5)
                return
            time.sleep(0.05)
        raise AssertionError((self.path.parent / f"{self.path.name}.err").read_text())


@dataclass
class Circle:
    """Several witnesses, ended together."""

    folder: Path
    all: list[Witness] = field(default_factory=list)

    def ours(self, name: str, *logs: str) -> Witness:
        """Start a witness of our own that knows these logs."""
        path = self.folder / name
        vkey = wiring.create_witness(path, f"witness.example/{name}")
        return self._started(Witness(path, name, str(vkey)), *logs)

    def bad(self, *behaviours: str) -> list[Witness]:
        """Start witnesses that misbehave, each in one way, in one process."""
        module = server_module("bad_witness")
        command = (sys.executable, str(BAD), str(_free_port()))
        first = Witness(self.folder / "bad", "bad", port=int(command[2]), command=command)
        self._started(first)
        found = []
        for behaviour in behaviours:
            public = module.signer_of(behaviour).public_key
            vkey = str(witness_key(module.name_of(behaviour), public))
            path = f"/{behaviour}"
            found.append(Witness(first.path, behaviour, vkey, first.port, beneath=path))
        return found

    def others(self, name: str, log: str) -> Witness:
        """Start a witness that was made by others."""
        needs.module("aics_witness")
        path = self.folder / name
        path.mkdir()
        witness = Witness(path, name, port=_free_port())
        run = (sys.executable, "-m", "aics_witness")
        config = ("--config", str(path / "witness.json"))
        listen = f"127.0.0.1:{witness.port}"

        def do(*arguments: str) -> str:
            return subprocess.run(
                [*run, *arguments], check=True, capture_output=True, text=True
            ).stdout.strip()  # fmt: skip

        witness.vkey = do("init", *config, "--name", f"others.example/{name}", "--listen", listen)
        origin = parse_vkey(log).name
        do("add-log", *config, "--origin", origin, "--vkey", log)
        witness.command = (*run, "serve", *config)
        return self._started(witness)

    def _started(self, witness: Witness, *logs: str) -> Witness:
        for log in logs:
            witness.knows(log)
        self.all.append(witness)
        witness.start()
        return witness


@contextlib.contextmanager
def circle(folder: Path) -> Iterator[Circle]:
    """Witnesses that end with the test."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Circle(folder)
    try:
        yield found
    finally:
        for witness in found.all:
            witness.kill()
            witness.client.close()


def policy(log: str, witnesses: list[Witness], quorum: str) -> bytes:
    """A policy over witnesses by their names; `quorum` is `all`, `any` or a number of them."""
    lines = "".join(witness.line(witness.name) for witness in witnesses)
    members = " ".join(witness.name for witness in witnesses)
    return f"log {log}\n{lines}group them {quorum} {members}\nquorum them\n".encode()


def vkey_of(home: Path) -> str:
    return (home / "log/log.vkey").read_text().strip()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
