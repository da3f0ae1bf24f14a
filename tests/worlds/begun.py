"""A starting point as its users have it: begun, released, served; an agent and its person.

    with open_start(folder, "coding") as start:
        said = start.call("read_file", branch="main", path="README.md")

The commands are those of the README, the gateway and the sample are processes of their own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from watchkeeper.cli.app import app
from watchkeeper.cli.demo import inside
from watchkeeper.demo.run import COMMAND
from watchkeeper.demo.starts.agent import call
from watchkeeper.demo.starts.server import SAMPLES
from watchkeeper.demo.world.processes import Processes
from watchkeeper.demo.world.terminal import Said, Terminal

ME = "me"
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """What somebody has who has begun from a starting point: it is served at `url`."""

    name: str
    aims: Path
    terminal: Terminal
    url: str
    token: str

    def call(self, tool: str, **arguments: Any) -> str:
        """Call a tool as the agent, on a connection of its own; return what the agent is told."""
        server = SAMPLES[self.name].NAME
        return asyncio.run(call(self.url, self.token, server, tool, arguments))

    def me(self, *words: str) -> Any:
        """Run a command of `do` for the person."""
        return self.terminal.do(ME, *words)

    def plan(self, *words: str) -> Said:
        """Run a command of `plan` on the workspace; it may fail."""
        group, *more = words
        return self.terminal.run("plan", group, str(self.aims), *more)

    def release(self) -> Said:
        """Release the workspace as it stands; it may be refused."""
        return self.plan("release", "--home", str(self.terminal.home), "--by", ME)

    def look_at_it(self) -> None:
        """Assess the system, sign everything off, and release that."""
        self.terminal.must("plan", "assess", self.name, str(self.aims), "--by", ME)
        self.terminal.must("plan", "sign-off", "--by", ME, "--workspace", str(self.aims))
        assert self.release().code == 0


@contextmanager
def open_start(folder: Path, name: str) -> Iterator[Start]:
    """Begin, release and serve a starting point in a folder with a space in its name."""
    aims, home = folder / "my aims", folder / "home"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WATCHKEEPER_")}
    secrets = {"WATCHKEEPER_PEOPLE": str(folder / "people"), "WATCHKEEPER_PASSPHRASE": "a secret"}
    run = folder / "run"
    run.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, Processes(run, environment) as processes:
        for key, value in secrets.items():
            patch.setenv(key, value)
        terminal = Terminal(home, inside(typer.main.get_command(app)), {**environment, **secrets})
        terminal.must("init", str(aims), "--from", name, "--yes")
        terminal.must("do", "enroll", ME, "--workspace", str(aims))
        terminal.must("plan", "release", str(aims), "--home", str(home), "--by", ME)
        (agent,) = [file.stem for file in (aims / "authority").iterdir()]
        token = terminal.do(ME, "token", agent)["token"]
        words = ("serve", str(home), "--json", "--port", "0", "--hold", "0.1", "--no-console")
        gateway = processes.start("gateway", [*COMMAND, *words])
        yield Start(name, aims, terminal, gateway.hear(_START_SECONDS)["url"], token)
