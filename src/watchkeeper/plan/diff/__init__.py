"""What changed between two plans, and what of it lets more through."""

from watchkeeper.plan.diff.changes import Change, PlanDiff, What
from watchkeeper.plan.diff.compare import diff_bundles

__all__ = ["Change", "PlanDiff", "What", "diff_bundles"]
