"""The gap table: what the plan says should hold, against what the records say did."""

from __future__ import annotations

from watchkeeper.check.gap.judge import BundleOf, gap_table, judge
from watchkeeper.check.gap.row import AnnexRow, GapRow, GapTable, PointCount
from watchkeeper.check.gap.state import Standing, State, state_of
from watchkeeper.check.gap.text import render_gap

__all__ = [
    "AnnexRow",
    "BundleOf",
    "GapRow",
    "GapTable",
    "PointCount",
    "Standing",
    "State",
    "gap_table",
    "judge",
    "render_gap",
    "state_of",
]
