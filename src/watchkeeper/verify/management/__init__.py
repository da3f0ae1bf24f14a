"""Step 26: what decisions say of the state of the management system, worked out again."""

from watchkeeper.verify.management.following import MANAGEMENT, Management

__all__ = ["MANAGEMENT", "Management"]
