"""How much there was to read, held against what a reviewer was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.reading import words_in
from watchkeeper.records.action import DecisionRecord


def words_problem(said: Any, body: Mapping[str, Any]) -> str | None:
    """Return why an escalation counts other words than its payload shows, or None.

    None too where the record is no escalation, or its payload does not hold what was shown.
    """
    asked = said.escalation if isinstance(said, DecisionRecord) else None
    shown = body.get("shown")
    if asked is None or asked.words is None or not isinstance(shown, dict):
        return None
    if asked.words != words_in(shown):
        return "the record counts other words than what was shown has"
    return None
