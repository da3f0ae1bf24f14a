"""The demonstration's own copy of the example workspace, and what is changed in it, openly.

Three things could not be shown within a minute otherwise: a refund is given up after 3 s instead
of 30 s (an unknown effect can be settled only after that), tool definitions are looked at again
after 1 s instead of 30 s, and one review expires after seconds. The server's port is the one that
is free today. What the assessments looked at is noted again, since it is this copy. From December
2027 on its days are put later too, by whole years (`days`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from watchkeeper.demo.world.days import put_later, years_later
from watchkeeper.plan.draft.editing import read_editable, render_editable, write_whole

CHANGES = (
    "refund is given up after 3 s, not 30 s",
    "tool definitions are looked at again after 1 s, not 30 s",
    "refunds for lateness above 250 wait for a refund lead for 6 s, not 4 h",
)
REFUND_TIMEOUT_SECONDS = 3.0
EXPIRES_SECONDS = 6.0
_LATE = f"""\
// Only in the demonstration: what waits here expires within its minute.
@id("late-parcel-review")
@control("human-review-of-refunds")
@escalate("refund-lead")
@expires("{EXPIRES_SECONDS:.0f}s")
forbid (
  principal,
  action == Action::"desk/refund",
  resource
) when {{
  context.args.reason == E_refund::reason::"late" &&
  context.args.amount.greaterThan(decimal("250.00"))
}};
"""


def copy_workspace(example: Path, aims: Path, today: date) -> str:
    """Copy the example's workspace as it is, its days renewed once they have passed; say so."""
    shutil.copytree(example / "aims", aims)
    years = years_later(today)
    put_later(aims, years)
    return f"its days are {years} years later" if years else "none of its days"


def adapt_workspace(aims: Path, url: str) -> None:
    """Make the changes that this module names, and point it at the server's URL.

    Raises:
        PlanUnreadable: a file of the example is no YAML mapping.
    """
    change_file(aims / "tools" / "desk.yaml", lambda tools: _adapt_tools(tools, url))
    change_file(aims / "aims.yaml", _adapt_limits)
    write_whole(aims / "policies" / "refund-desk" / "demonstration.review.cedar", _LATE)


def systems_declared(aims: Path) -> dict[str, bool]:
    """Return the systems as their files say it: id, and whether in scope."""
    found = {}
    for path in sorted((aims / "systems").glob("*.yaml")):
        says = read_editable(path.read_text("utf-8"), path.name)
        found[str(says["id"])] = bool(says["in_scope"])
    return found


def _adapt_tools(tools: Any, url: str) -> None:
    tools["url"] = url
    tools["tools"]["refund"]["timeout"] = f"{REFUND_TIMEOUT_SECONDS:.0f}s"


def _adapt_limits(aims: Any) -> None:
    limits = aims.setdefault("limits", {})
    limits["pins_max_age"] = "1s"


def change_file(path: Path, change: Callable[[Any], None]) -> None:
    """Change a YAML file of the workspace in place."""
    document = read_editable(path.read_text("utf-8"), path.name)
    change(document)
    write_whole(path, render_editable(document))
