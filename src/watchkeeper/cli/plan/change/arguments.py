"""What the commands of change control take, and how they speak to the home."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli.people import Line, find_home

By = Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")]
Home = Annotated[Path | None, typer.Option("--home", help="The home.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept apart, and not published.")]


def line_to(home: Path | None, by: str) -> AbstractContextManager[Line]:
    """Return a person's line to a home, which is closed at the end.

    Raises:
        WatchkeeperError: there is no home, or the person can not sign there.
    """
    return closing(Line(find_home(home), by))
