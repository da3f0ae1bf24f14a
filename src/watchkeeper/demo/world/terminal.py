"""People at their terminals: the commands of this program, with their keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from watchkeeper.errors import UpstreamFailed, cut

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what it printed with `--json`.

        Raises:
            UpstreamFailed: it failed, or printed something else.
        """
        try:
            return orjson.loads(self.out)
        except orjson.JSONDecodeError:
            raise UpstreamFailed(f"a command failed: {cut(self.err or self.out)}") from None


Run = Callable[[Sequence[str]], Said]
"""Runs one command of this program inside this process."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs commands for people: inside this process, or as a process of their own."""

    home: Path
    inside: Run
    environment: Mapping[str, str]

    def run(self, *words: str) -> Said:
        """Run a command, by the same code as at a terminal; it may fail."""
        return self.inside(words)

    def must(self, *words: str) -> Said:
        """Run a command that has to succeed.

        Raises:
            UpstreamFailed: it did not.
        """
        said = self.inside(words)
        if said.code != 0:
            told = (said.err or said.out).strip()
            raise UpstreamFailed(f"`watchkeeper {' '.join(words[:3])}` failed: {told}")
        return said

    def do(self, by: str, *words: str) -> Any:
        """Run `do` on the home for a person and return what it answered."""
        return self.must("do", *words, "--home", str(self.home), "--by", by, "--json").json()

    def do_in_process(self, by: str, *words: str) -> Any:
        """Run `do` as a process of its own, as a person would."""
        command = [sys.executable, "-m", "watchkeeper", "do", *words]
        command += ["--home", str(self.home), "--by", by, "--json"]
        ran = subprocess.run(  # noqa: S603 - our own program
            command,
            env=dict(self.environment),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
        said = Said(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
        if said.code != 0:
            raise UpstreamFailed(f"`watchkeeper do {words[0]}` failed: {said.err.strip()}")
        return said.json()
