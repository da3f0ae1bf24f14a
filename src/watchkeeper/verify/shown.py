"""What a reviewer was shown, held against the record of the escalation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.reading import words_in
from watchkeeper.records.action import DecisionRecord


def shown_problem(said: Any, body: Mapping[str, Any]) -> str | None:
    """Return why a payload's `shown` is not what an escalation names, or None.

    None too where the record is no escalation, or its payload does not hold what was shown.

    Raises:
        RecordInvalid: it has no canonical form.
    """
    asked = said.escalation if isinstance(said, DecisionRecord) else None
    shown = body.get("shown")
    if asked is None or not isinstance(shown, dict):
        return None
    if sha256_hex(canonical_arguments(shown)) != asked.shown:
        return "the payload's `shown` is not what the record says was shown"
    if asked.words is not None and asked.words != words_in(shown):
        return "the record counts other words than what was shown has"
    return None
