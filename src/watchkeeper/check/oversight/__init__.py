"""Is the review real: how people decide on what was escalated, from the records alone."""

from watchkeeper.check.oversight.figures import Verdicts, oversight_of, reviewed_by_control
from watchkeeper.check.oversight.model import (
    FEW,
    Oversight,
    Rate,
    Reviewed,
    ReviewerFigures,
    Times,
    Week,
    for_person,
)
from watchkeeper.check.oversight.reading import Reviews, ReviewsReader
from watchkeeper.check.oversight.text import render_oversight, review_sentence

__all__ = [
    "FEW",
    "Oversight",
    "Rate",
    "Reviewed",
    "ReviewerFigures",
    "Reviews",
    "ReviewsReader",
    "Times",
    "Verdicts",
    "Week",
    "for_person",
    "oversight_of",
    "render_oversight",
    "review_sentence",
    "reviewed_by_control",
]
