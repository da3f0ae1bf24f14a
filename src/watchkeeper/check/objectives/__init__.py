"""Objectives, measured by a query over the log (ISO/IEC 42001:2023, 6.2 and 9.1)."""

from watchkeeper.check.objectives.measure import Meter, measure, plan_in_force
from watchkeeper.check.objectives.model import Measured, Measurement, Unit, Verdict

__all__ = [
    "Measured",
    "Measurement",
    "Meter",
    "Unit",
    "Verdict",
    "measure",
    "plan_in_force",
]
