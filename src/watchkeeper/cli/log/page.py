"""`watchkeeper log page`: the page that verifies a bundle in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.verify.page import render_page


def page(
    out: Annotated[Path, typer.Option("--out", help="File to write the page to.")] = Path(
        "verify.html"
    ),
) -> None:
    """Write a page that verifies evidence bundles in a browser, without any network.

    One HTML file, to be opened from the disk. Give it to an auditor by another way than the
    bundle: whoever changes the page can make it say anything.

    Example:
      watchkeeper log page --out verify.html
    """
    with output.speaking_plainly():
        out.write_bytes(render_page())
    output.show(str(out))
