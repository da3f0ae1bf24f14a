"""What these commands have in common: the register and plan of a workspace, and a log beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchkeeper.check.columns import one_line
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import moment, planned
from watchkeeper.cli.plan.logs import Ran, what_ran
from watchkeeper.plan.register.content import Register
from watchkeeper.records.codec import to_json
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Looked:
    """What a workspace says at a moment, and what a log says beside it, where one is named."""

    register: Register
    bundle: Bundle
    at: Instant
    ran: Ran

    @property
    def figures(self) -> Figures | None:
        """What the log showed; None where none was looked at."""
        return self.ran.figures


def look(path: Path, home: Path | None, at: str | None) -> Looked:
    """Read a workspace, and a log where one is named.

    Raises:
        PlanUnreadable: the workspace can not be read, or makes no plan.
        LedgerError: the log can not be read.
    """
    when = moment(at)
    register, bundle = planned(path, when)
    return Looked(register, bundle, when, what_ran(home, when, register))


def tell(view: Any, lines: list[str], ran: Ran, *, as_json: bool) -> None:
    """Print a view as JSON, or as lines in which nothing moves the cursor."""
    if as_json:
        output.show_json({**to_json(view), "home": ran.home})
        return
    output.show_folded("\n".join(one_line(line) for line in lines))
    if ran.log is not None:
        ran.say()
