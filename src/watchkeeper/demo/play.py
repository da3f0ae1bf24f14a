"""The set of the play: everything that its acts work with, put up from nothing."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from watchkeeper import wiring
from watchkeeper.demo.claims import Claims
from watchkeeper.demo.desk import DeskBooks
from watchkeeper.demo.world.agent import Agent
from watchkeeper.demo.world.places import Places
from watchkeeper.demo.world.processes import Process, Processes
from watchkeeper.demo.world.terminal import Terminal
from watchkeeper.demo.world.workspace import CHANGES, adapt_workspace, copy_workspace
from watchkeeper.errors import UpstreamFailed
from watchkeeper.records.instant import render_instant

PEOPLE = ("ana", "ben", "cara", "dev")
AGENT = "refund-agent"
EVENING_AGENT = "evening-agent"
_START_SECONDS = 40.0
_SEED = "42001"


@dataclass(slots=True)
class Play:
    """Places, people, processes; `gateway_command` starts the gateway, `serve` and on follow."""

    places: Places
    example: Path
    claims: Claims
    terminal: Terminal
    processes: Processes
    gateway_command: tuple[str, ...]
    books: DeskBooks
    hold_seconds: float = 0.2
    servers: dict[str, Process] = field(default_factory=dict)
    desk_url: str = ""
    renewed: str = ""
    _agent: Agent | None = None
    _port: str = "0"

    @property
    def agent(self) -> Agent:
        """The agent, once it runs."""
        if self._agent is None:
            raise UpstreamFailed("the agent does not run yet")
        return self._agent

    @property
    def door(self) -> str:
        """Where agents reach the desk through the gateway that runs."""
        return f"http://127.0.0.1:{self._port}/mcp/desk"

    def act(self, title: str) -> None:
        """Say that a part begins."""
        self.claims.teller.act(title)

    @property
    def acted(self) -> int:
        """How many actions the agent has done so far."""
        return len(self._agent.done) if self._agent else 0

    def seed_desk(self) -> Process:
        """Begin to make the desk's database, in a process of its own."""
        words = ("--database", str(self.places.database), "--seed", _SEED)
        serve = str(self.example / "serve.py")
        return self.processes.start("seed", [sys.executable, serve, *words])

    def enrol(self) -> None:
        """Copy the workspace, and make a key for each of its people."""
        today = date.fromisoformat(render_instant(wiring.clock().wall())[:10])
        self.renewed = copy_workspace(self.example, self.places.aims, today)
        for person in PEOPLE:
            self.terminal.must("do", "enroll", person, "--workspace", str(self.places.aims))

    def start_desk(self, seeding: Process) -> str:
        """Start the tool server over its database; returns its URL."""
        wait_for(lambda: seeding.code is not None, _START_SECONDS, "the database")
        if seeding.code != 0:
            raise UpstreamFailed("the database could not be made", "see `run/seed.stderr`")
        places = self.places
        _private(places.credential, secrets.token_urlsafe(32))
        desk = self.processes.start(
            "desk",
            [
                *(sys.executable, str(self.example / "serve.py")),
                *("--database", str(places.database), "--credential", str(places.credential)),
                *("--drift-file", str(places.drift), "--slow-file", str(places.slow)),
                *("--permits", str(places.permit_keys)),
            ],
        )
        self.servers["desk"] = desk
        self.desk_url = str(desk.hear(_START_SECONDS)["url"])
        return self.desk_url

    def make_plan(self, url: str) -> str:
        """Lint and release the workspace for the desk at `url`; returns the plan's digest."""
        places, terminal = self.places, self.terminal
        adapt_workspace(places.aims, url)
        self.assess()
        linted = terminal.must("plan", "lint", str(places.aims), "--json").json()
        counts = linted["counts"]
        self.claims.check(
            "the workspace lints without safety errors",
            linted["holds"] and not counts["safety"] and not counts["unreadable"],
            f"{counts['management']} management gaps named; "
            f"changed here: {'; '.join((*CHANGES, self.renewed))}",
        )
        return self.release()

    def assess(self) -> None:
        """Have the workspace assessed as it stands now, and that approved."""
        aims = str(self.places.aims)
        self.terminal.must("plan", "assess", "refund-desk", aims, "--by", "ana")
        self.approve()

    def approve(self) -> None:
        """Have somebody approve the assessments as they stand."""
        aims = str(self.places.aims)
        records = ("impact/refund-desk", "assessment/refund-desk")
        self.terminal.must("plan", "sign-off", *records, "--by", "ana", "--workspace", aims)

    def release(self) -> str:
        """Have ana release the workspace as it stands; returns the plan's digest."""
        words = ("--home", str(self.places.home), "--by", "ana", "--json")
        released = self.terminal.must("plan", "release", str(self.places.aims), *words).json()
        return str(released["plan"])

    def open_doors(self) -> Mapping[str, Any]:
        """Hand out token and credential, start the gateway, and then the agent."""
        said = self.open_gateway()
        words = (sys.executable, str(self.example / "agent.py"), "--driven")
        url = ("--url", f"{said['url']}/mcp/desk", "--token-file", str(self.places.token))
        process = self.processes.start("agent", [*words, *url])
        teller = self.claims.teller
        self._agent = Agent(process, self.places.run / "actions.jsonl", teller.actions)
        return said

    def open_gateway(self) -> Mapping[str, Any]:
        """Hand out the agent's token and the desk's credential, and start the gateway."""
        places = self.places
        _private(places.token, self.terminal.do("ana", "token", AGENT)["token"])
        (places.home / "credentials").mkdir(mode=0o700)
        desks = places.credential.read_text("ascii")
        _private(places.home / "credentials" / "desk.authorization", f"Bearer {desks}")
        return self.start_gateway()

    def start_gateway(self) -> dict[str, Any]:
        """Start the gateway in a process of its own, on the same port as before."""
        gateway = self.processes.start(
            "gateway",
            [
                *(*self.gateway_command, "serve", str(self.places.home), "--json"),
                *("--port", self._port, "--hold", str(self.hold_seconds), "--no-console"),
            ],
        )
        self.servers["gateway"] = gateway
        said = gateway.hear(_START_SECONDS)
        self._port = str(said["url"]).rpartition(":")[2]
        return said


def wait_for(met: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until `met()` is true.

    Raises:
        UpstreamFailed: it was not within `seconds`.
    """
    until = time.monotonic() + seconds
    while not met():
        if time.monotonic() > until:
            raise UpstreamFailed(f"waited {seconds:.0f} seconds in vain for {what}")
        time.sleep(0.02)


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "ascii")
