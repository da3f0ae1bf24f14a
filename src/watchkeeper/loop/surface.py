"""What a page needs of the process that runs: its home, and the one door for people's commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.people import Signature


@dataclass(frozen=True, slots=True)
class Urls:
    """Where agents and where people reach this process; None where people can not."""

    agents: str
    console: str | None = None


@dataclass(frozen=True, slots=True)
class Surface:
    """A home while it is served, for pages.

    `path` is the home's folder. `command` checks and carries out what a person signed, with what
    came beside it; what it records is durable when it returns.
    """

    kernel: Kernel
    path: Path
    command: Callable[[Signature, dict[str, Any]], Awaitable[Any]]
    urls: Urls
