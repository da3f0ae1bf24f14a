"""Step 27: approvals of plans, exceptions and emergencies, held against the rule before each."""

from watchkeeper.verify.release.following import CHANGES, PlanChanges
from watchkeeper.verify.release.told import Release

__all__ = ["CHANGES", "PlanChanges", "Release"]
