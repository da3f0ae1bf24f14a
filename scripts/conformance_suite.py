"""Installs the official MCP conformance suite and runs it against a URL."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SUMMARY: Final = re.compile(r"^\S+ ([\w-]+): (\d+) passed, (\d+) failed", re.MULTILINE)
_NODE: Final = "22"
_SUITE: Final = "@modelcontextprotocol/conformance"
_INSTALL_SECONDS: Final = 600
_RUN_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite: an alias for its version, and the spec version asked for."""

    alias: str
    version: str
    spec: str | None

    @property
    def title(self) -> str:
        """How a report names it."""
        return f"{self.version}, {self.spec or 'all specs'}"


RUNS: Final = (
    Run("suite-stable", "0.1.16", None),
    Run("suite-next", "0.2.0-alpha.12", "2025-11-25"),
    Run("suite-next", "0.2.0-alpha.12", "2026-07-28"),
)


class SuiteFailed(Exception):
    """The suite could not be installed or run, or said nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Score:
    """Checks passed and failed in one scenario."""

    passed: int
    failed: int


Scores = dict[str, Score]


def install(folder: Path) -> None:
    """Install node and the suite into `folder`, once; exact versions, by package name alone.

    Raises:
        SuiteFailed: there is no npm, or it failed.
    """
    wanted = {run.alias: f"npm:{_SUITE}@{run.version}" for run in RUNS} | {"node": _NODE}
    manifest = folder / "package.json"
    told = json.dumps({"private": True, "dependencies": wanted}, indent=2)
    if manifest.is_file() and manifest.read_text() == told and _node(folder).exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SuiteFailed("the conformance suite is an npm package and there is no `npm` here")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package-lock.json").unlink(missing_ok=True)
    # Written last under its own name, so that an install that broke off is done again.
    manifest.with_suffix(".new").write_text(told)
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"]
    shutil.copy(manifest.with_suffix(".new"), manifest)
    done = subprocess.run(command, cwd=folder, timeout=_INSTALL_SECONDS, check=False)
    if done.returncode != 0:
        manifest.unlink()
        raise SuiteFailed(f"`npm install` ended with {done.returncode}")


def _node(folder: Path) -> Path:
    return folder / "node_modules" / ".bin" / "node"


def run_suite(folder: Path, run: Run, url: str, log: Path) -> Scores:
    """Run all scenarios against `url`; the suite's own words go to `log`.

    Raises:
        SuiteFailed: no summary came out.
    """
    script = folder / "node_modules" / run.alias / "dist" / "index.js"
    command = [str(_node(folder)), str(script), "server", "--suite", "all", "--url", url]
    command += ["--spec-version", run.spec] if run.spec else []
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False
    )
    log.write_text(done.stdout + done.stderr)
    _, found, summary = done.stdout.rpartition("=== SUMMARY ===")
    scores = {
        name: Score(int(passed), int(failed)) for name, passed, failed in _SUMMARY.findall(summary)
    }
    if not found or not scores:
        raise SuiteFailed(f"the suite gave no summary; its words are in `{log}`")
    return scores
