"""The demonstration, and a house like its own: real servers, real clients, real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchkeeper.demo.claims import Claim
from watchkeeper.demo.play import Play

EXAMPLE = Path(__file__).parents[2] / "examples" / "refund-desk"
sys.path.insert(0, str(EXAMPLE))
_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration that ended: its exit code, what it said, and what it left."""

    code: int
    said: str
    told: str
    out: Path

    def json(self, name: str) -> Any:
        return json.loads((self.out / name).read_bytes())

    @property
    def failed(self) -> list[str]:
        """The lines of claims that did not hold."""
        return [line.strip() for line in self.told.splitlines() if line.startswith("  FAIL")]


Demonstrate = Callable[..., Demonstration]


def demonstrate(out: Path, *more: str) -> Demonstration:
    """Run `watchkeeper demo` as a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "watchkeeper", "demo", "--out", str(out), *more],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith("WATCHKEEPER_")},
    )
    return Demonstration(ran.returncode, ran.stdout, ran.stderr, out)


class Silent:
    def act(self, title: str) -> None:
        """Nobody listens."""

    def claim(self, claim: Claim) -> None:
        """Nobody listens."""

    def actions(self, count: int) -> None:
        """Nobody listens."""


@dataclass(frozen=True, slots=True)
class House:
    """A desk and a gateway that run, with people who can answer."""

    play: Play

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.play._port}/mcp/desk"

    @property
    def token(self) -> str:
        return self.play.places.token.read_text("ascii")

    def restart(self, *, hold: float, kill: bool = False) -> None:
        """End the gateway, with or without warning, and start it again."""
        gateway = self.play.servers["gateway"]
        if kill:
            gateway.kill()
        else:
            assert gateway.end() == 0
        self.play.hold_seconds = hold
        self.play.start_gateway()

    def pending(self) -> dict[str, dict[str, Any]]:
        """What waits for people, by handle."""
        return {item["handle"]: item for item in self.play.terminal.do("ben", "pending")}
