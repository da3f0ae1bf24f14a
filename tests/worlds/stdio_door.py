"""The stdio door as an agent's host starts it: a process with a token, and no home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.worlds.gateway import World

_RUN = "import sys; from watchkeeper.cli.app import main; sys.argv[0] = 'watchkeeper'; main()"


def command(url: str, server: str = "till") -> list[str]:
    """Return the command that starts a door."""
    return [sys.executable, "-c", _RUN, "serve", "--stdio", server, "--url", url]


def environment(token: str | None) -> dict[str, str]:
    """Return the environment of a door: an agent's token, and a home that is nowhere."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    token_of = {} if token is None else {"WATCHKEEPER_TOKEN": token}
    return {**kept, **token_of, "WATCHKEEPER_HOME": "/nowhere", "HOME": "/nowhere"}


class Door:
    """One door of one agent, spoken to line by line."""

    def __init__(
        self, world: World, agent: str = "payer", before: Sequence[str] = (), **env: str
    ) -> None:
        self.process = subprocess.Popen(
            [*before, *command(world.url)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment(world.tokens[agent]), **env},
            cwd="/",
        )

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """Write one line."""
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(raw + b"\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """Read one line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the door ended"
        return json.loads(line)

    def close(self) -> int:
        """End as a host does: close its input, and wait."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.process.stdout.close()


def ended(
    url: str, token: str | None, server: str = "till", cwd: Path = Path("/")
) -> tuple[int, str]:
    """Start a door that can not begin; returns its exit code and what it says."""
    done = subprocess.run(
        command(url, server),
        env=environment(token),
        cwd=cwd,
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr
