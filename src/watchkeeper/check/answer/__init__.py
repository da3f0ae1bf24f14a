"""The three questions: which systems, which controls, what evidence and who is accountable."""

from __future__ import annotations

from watchkeeper.check.answer.compose import answer, compose, unrecognised_retries
from watchkeeper.check.answer.model import (
    DISCLAIMER,
    UNWITNESSED,
    Answer,
    Step,
    SystemAnswer,
    Verified,
    Who,
)
from watchkeeper.check.answer.page import render_page
from watchkeeper.check.answer.text import render_answer

__all__ = [
    "DISCLAIMER",
    "UNWITNESSED",
    "Answer",
    "Step",
    "SystemAnswer",
    "Verified",
    "Who",
    "answer",
    "compose",
    "render_answer",
    "render_page",
    "unrecognised_retries",
]
