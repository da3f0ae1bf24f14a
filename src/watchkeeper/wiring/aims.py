"""What a log says of the management system, for views that know no log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.wiring.evidence import verified
from watchkeeper.wiring.records import bundles, read_entries

if TYPE_CHECKING:
    from watchkeeper.plan.register.content import Register
    from watchkeeper.records.figures import Figures
    from watchkeeper.records.instant import Instant


def figures(path: Path, at: Instant, register: Register | None = None) -> Figures:
    """Return the figures of a home or a published log as of `at`.

    They are `captured` where the whole log verifies, else `reconstructed`. With `register` the
    signals of its risks are looked at, too.

    Raises:
        LedgerError: the log can not be read.
    """
    from watchkeeper.check.objectives import plan_in_force
    from watchkeeper.loop.aims import figures_of

    plan = plan_in_force(read_entries(path), at)
    found = figures_of(read_entries(path), bundles(path), plan, at, register)
    return replace(found, origin="captured") if verified(path).sound else found
