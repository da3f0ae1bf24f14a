"""Puts the gateway in front of the conformance fixture: a drafted workspace, released, served."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 60
_WATCHKEEPER: Final = (sys.executable, "-m", "watchkeeper.cli.app")


class GatewayFailed(Exception):
    """The gateway could not be made ready or started."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway: the origin that agents connect to, and a token for one of them."""

    origin: str
    token: str


def _watchkeeper(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [*_WATCHKEEPER, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip()
        raise GatewayFailed(f"`watchkeeper {' '.join(arguments)}`: {said}")
    return done.stdout


@contextlib.contextmanager
def start_gateway(upstream: str, folder: Path) -> Iterator[Gateway]:
    """Draft a workspace from the fixture at `upstream`, release it, and serve it from `folder`.

    Every fixture tool says of itself that it only reads, so the draft permits them all; what
    the server may ask inside a result is let through by name in the tool file.

    Raises:
        GatewayFailed: a step failed, with what the command said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _watchkeeper("init", "aims", "--mcp", upstream, cwd=folder)
    _watchkeeper("plan", "release", "aims", "--home", "home", cwd=folder)
    said = _watchkeeper("do", "token", "conformance", "--home", "home", "--json", cwd=folder)
    token = str(json.loads(said)["token"])
    command = [*_WATCHKEEPER, "serve", "--home", "home", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise GatewayFailed("`watchkeeper serve` ended before it said where it listens")
            yield Gateway(str(json.loads(line)["origin"]), token)
        finally:
            process.terminate()
