"""`watchkeeper plan register`: what the management system's files said when they were released."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import registered
from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.register.form import register_bytes, register_digest


def register(
    path: Annotated[Path, typer.Argument(help="A workspace, or a home.")] = Path("home"),
) -> None:
    """Print the register as canonical JSON: what all files of the management system say.

    Of a home it is that of the plan in force. Its SHA-256 is what the plan has as
    `management.register`: it stands beside the plan, in the home, and is not published.

    Examples:
      watchkeeper plan register home > register.json
      watchkeeper plan register aims | sha256sum
    """
    with output.speaking_plainly():
        if (path / "aims.yaml").exists():
            raw = register_bytes(registered(path, wiring.clock().wall())[0])
        else:
            found = wiring.register_bytes(path)
            if found is None:
                raise PlanUnreadable(
                    f"there is no register in {cut(path)}",
                    "name a home whose plan has records of the management system, or a workspace",
                )
            raw = found
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()
    output.say(f"\nregister {register_digest(raw)}")
