"""The refund desk lives beside the package, so its folder joins the path here."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DESK = Path(__file__).parents[3] / "examples" / "refund-desk"
sys.path.insert(0, str(DESK))

CREDENTIAL = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Running:
    """A desk that runs: where it is, its process, its database, its drift file."""

    url: str
    process: subprocess.Popen[bytes]
    database: Path
    drift: Path
    slow: Path


Start = Callable[..., Running]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    from desk.seed import seed

    path = tmp_path / "desk.db"
    seed(path, 42001)
    return path


@pytest.fixture
def start(tmp_path: Path, database: Path) -> Iterator[Start]:
    """Start desks over HTTP; all are stopped at the end of the test."""
    credential = tmp_path / "desk.credential"
    credential.write_text(CREDENTIAL)
    with contextlib.ExitStack() as stack:

        def start_desk(*more: str) -> Running:
            drift, slow = tmp_path / "drift", tmp_path / "slow"
            process = stack.enter_context(
                subprocess.Popen(
                    [
                        sys.executable,
                        str(DESK / "serve.py"),
                        *("--database", str(database), "--credential", str(credential)),
                        *("--drift-file", str(drift), "--slow-file", str(slow), *more),
                    ],
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            return Running(said["url"], process, database, drift, slow)

        yield start_desk
