"""A workspace of thousands of controls, on disk: what a large organisation brings along."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.workspace_files import write_workspace

MANY = 5_000


def control(number: int) -> str:
    """Return the text of one control, with its modeline, as people keep them."""
    return f"""\
# yaml-language-server: $schema=../../.schemas/control.schema.json
id: control-{number}
title: Refunds within authority, case {number}
statement: >-
  Money goes out only within the authority that a named person granted: so much for one action,
  so much a day, and only by the one agent that the grant names.
owner: ana
annex_a: [A.9.2, A.9.4]
systems: [desk]
risks: [r-{number % 40}, r-{number % 7}]
"""


def write_many(folder: Path, count: int = MANY) -> Path:
    """Write the small workspace with `count` controls more, and a row for each; return it."""
    rows = "".join(
        f"  - control: control-{number}\n    applicable: in\n    why: Because we pay people.\n"
        f"    status: implemented\n    owner: ana\n"
        for number in range(count)
    )
    write_workspace(folder, {"soa.yaml": f"rows:\n{rows}"})
    (folder / "controls").mkdir(exist_ok=True)
    for number in range(count):
        (folder / "controls" / f"control-{number}.yaml").write_text(control(number), "utf-8")
    return folder
