"""A file put where somebody wants it, and never over one that somebody may have edited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.draft.editing import write_whole
from watchkeeper.records.instant import Instant

if TYPE_CHECKING:
    from watchkeeper.plan.exchange.xlsx.writing import Sheet

Replace = Annotated[bool, typer.Option("--replace", help="Write over what is there.")]


def put_workbook(
    out: Path, pages: Sequence[Sheet], about: Sequence[str], at: Instant, *, replace: bool
) -> None:
    """Write a workbook; `about` is what its first sheet says.

    Raises:
        SettingsInvalid: there is something already.
        PlanRefused: a text that no cell can hold.
    """
    from watchkeeper.plan.exchange.xlsx.writing import write_workbook

    put_new(out, write_workbook(pages, about, at), replace=replace)


def put_new(out: Path, content: str | bytes, *, replace: bool) -> None:
    """Write a file that is not there yet, or that may be replaced.

    Raises:
        SettingsInvalid: there is something already.
    """
    if out.exists() and not replace:
        raise SettingsInvalid(
            f"there is something at {cut(out)} already",
            "name another file with `--out`, or say `--replace`; import first what was edited",
        )
    write_whole(out, content)
