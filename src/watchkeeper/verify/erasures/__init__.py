"""Erasures: recorded, entitled, within what the plans let go, and carried out (promise I8)."""

from watchkeeper.verify.erasures.following import ERASURES, Erasures, Run
from watchkeeper.verify.erasures.retention import PlanOf

__all__ = ["ERASURES", "Erasures", "PlanOf", "Run"]
