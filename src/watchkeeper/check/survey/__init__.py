"""One pass over the records, from which everything else in this package is computed."""

from watchkeeper.check.survey.counting import BEFORE_SYSTEM, survey
from watchkeeper.check.survey.model import OpenAction, Released, Seen, Shape, Survey

__all__ = ["BEFORE_SYSTEM", "OpenAction", "Released", "Seen", "Shape", "Survey", "survey"]
