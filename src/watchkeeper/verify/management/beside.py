"""What a home keeps beside a decision of the state of the management system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.ledger.aims import AIMS, MANAGEMENT, aims_text
from watchkeeper.records.action import DecisionRecord


def state_problem(said: Any, body: Mapping[str, Any]) -> str | None:
    """Return why a payload's state is not the one that the decision's record names, or None.

    Raises:
        RecordInvalid: it has no canonical form.
    """
    if not isinstance(said, DecisionRecord):
        return None
    told = [f.value.clear for f in said.facts if (f.source, f.value.name) == (MANAGEMENT, AIMS)]
    kept = body["facts"].get("aims")
    beside = [] if kept is None else [aims_text(kept.get("counting", {}))]
    if told == beside:
        return None
    return "the payload's state of the management system is not the recorded one"
