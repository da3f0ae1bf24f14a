"""Puts the gateway in front of the conformance fixture: a drafted workspace, released, served."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

_PATIENCE_SECONDS: Final = 60
_WATCHKEEPER: Final = (sys.executable, "-m", "watchkeeper")
_PERSON: Final = "me"
_AGENT: Final = "my-agent"
_SERVER: Final = "tools"
_METHODS: Final = (
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/get",
    "completion/complete",
    "elicitation/create",
    "sampling/createMessage",
    "roots/list",
)
"""What the suite uses besides `tools/call`; a draft lets none of it through."""


class GatewayFailed(Exception):
    """The gateway could not be made ready or started."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway: the origin that agents connect to, and a token for one of them."""

    origin: str
    token: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A user's folder: `aims` and `home` stand in it, and the user's own key beside them."""

    path: Path

    def run(self, *arguments: str) -> str:
        """Run one command in it and return what it printed.

        Raises:
            GatewayFailed: it failed, with what it said.
        """
        done = subprocess.run(
            [*_WATCHKEEPER, *arguments],
            cwd=self.path,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            said = done.stderr.strip() or done.stdout.strip()
            raise GatewayFailed(f"`watchkeeper {' '.join(arguments)}`: {said}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Return the environment in which its commands run."""
        own = {
            "WATCHKEEPER_PEOPLE": str(self.path / "people"),
            "WATCHKEEPER_PASSPHRASE": "conformance",
        }
        return {**os.environ, **own}


def open_up(aims: Path) -> None:
    """Change a draft so that everything the fixture has is let through.

    No reviews, every method of the suite named, and errors of its tools, none of which changes
    anything, said to mean that nothing happened.
    """
    for review in aims.glob("policies/*/*.review.cedar"):
        review.unlink()
    yaml = YAML()
    path = aims / "tools" / f"{_SERVER}.yaml"
    document = yaml.load(path)
    document["methods"] = list(_METHODS)
    for entry in document["tools"].values():
        entry["error_means_no_effect"] = True
    yaml.dump(document, path)


@contextlib.contextmanager
def start_gateway(upstream: str, path: Path, host: str) -> Iterator[Gateway]:
    """Draft a workspace from the fixture at `upstream`, release it, and serve it from `path`.

    `host` is the name, with the port, under which the suite will think to reach it.

    Raises:
        GatewayFailed: a step failed, with what the command said.
    """
    path.mkdir(parents=True, exist_ok=True)
    folder = Folder(path)
    folder.run("init", "aims", "--mcp", upstream, "--server", _SERVER)
    open_up(path / "aims")
    folder.run("do", "enroll", _PERSON, "--workspace", "aims")
    folder.run("plan", "release", "aims", "--home", "home", "--by", _PERSON)
    said = folder.run("do", "token", _AGENT, "--home", "home", "--by", _PERSON, "--json")
    token = str(json.loads(said)["token"])
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context((path / "serve.log").open("w"))
        command = [*_WATCHKEEPER, "serve", "home", "--port", "0", "--public-host", host, "--json"]
        process = stack.enter_context(
            subprocess.Popen(
                command,
                cwd=path,
                env=folder.environment(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        )
        stack.callback(process.terminate)
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            words = (path / "serve.log").read_text().strip()
            raise GatewayFailed(f"`watchkeeper serve` ended before it served: {words}")
        yield Gateway(str(json.loads(line)["url"]), token)
