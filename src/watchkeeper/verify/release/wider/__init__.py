"""What one plan lets through that the one before did not, told without the code that compares."""

from watchkeeper.verify.release.wider.between import Wider, plan_at, wider_between

__all__ = ["Wider", "plan_at", "wider_between"]
