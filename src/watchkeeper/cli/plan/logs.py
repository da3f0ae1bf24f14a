"""The log that a workspace is held beside: one that somebody named, and none that was guessed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.errors import HomeInvalid, cut
from watchkeeper.ledger.checkpoint import origin_parts
from watchkeeper.plan.register.content import Register
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="A home or a published log, for what ran; else WATCHKEEPER_HOME, else none."
    ),
]
_USUAL = Path("home")
"""Where the commands that `init` advises make the home."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a log showed, which log that was, and by which rule it was the one; or that none was."""

    figures: Figures | None = None
    log: Path | None = None
    rule: str = ""

    @property
    def home(self) -> str | None:
        """The place of the log, as it was named."""
        return None if self.log is None else str(self.log)

    def say(self) -> None:
        """Say which log was looked at, or how to have one looked at."""
        if self.log is not None:
            output.say(f"what ran: the log in {cut(self.log)}, as {self.rule} says")
            return
        lies = f"; one lies in {cut(_USUAL)}" if wiring.is_home(_USUAL) else ""
        output.say(f"no log was looked at: `--home` shows what ran{lies}")


def what_ran(home: Path | None, at: Instant, register: Register) -> Ran:
    """Return what the log of a workspace shows: of `--home`, else of `WATCHKEEPER_HOME`.

    A home that merely lies there is none that somebody named, and is not looked at.

    Raises:
        HomeInvalid: there is no log, or it is that of another origin than the workspace's.
        LedgerError: it can not be read.
    """
    log, rule = (home, "--home") if home else (settings.default_home(), "WATCHKEEPER_HOME")
    if log is None:
        return Ran()
    if not log.is_dir():
        raise HomeInvalid(f"no log in {cut(log)}, which {rule} names", "name the folder of a home")
    origin = origin_parts(wiring.origin_of(log))[0]
    if origin != register.aims.origin:
        raise HomeInvalid(
            f"the log in {cut(log)}, which {rule} names, is that of {cut(origin)}",
            f"the workspace says {cut(register.aims.origin)}: name its own log",
        )
    return Ran(wiring.figures(log, at, register), log, rule)
