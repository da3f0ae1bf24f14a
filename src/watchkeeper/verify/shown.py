"""What a reviewer was shown, held against the record of the escalation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.reading import words_in
from watchkeeper.records.action import DecisionRecord


def shown_problem(said: Any, body: Mapping[str, Any]) -> str | None:
    """Return why a whole payload's `shown` is not what its escalation names, or None.

    None too where the record is no escalation.

    Raises:
        RecordInvalid: it has no canonical form.
    """
    asked = said.escalation if isinstance(said, DecisionRecord) else None
    if asked is None:
        return None
    shown = body.get("shown")
    if not isinstance(shown, dict) or sha256_hex(canonical_arguments(shown)) != asked.shown:
        return "the payload's `shown` is not what the record says was shown"
    if asked.words is not None and asked.words != words_in(shown):
        return "the record counts other words than what was shown has"
    return None
