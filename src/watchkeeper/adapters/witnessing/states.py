"""How things stand with a home's witnesses, for readers in other processes.

A hint, replaced as a whole and not synced: what proves anything stands on the checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified, render_json
from watchkeeper.ports import WitnessState
from watchkeeper.records.codec import from_json, to_json


def write_states(path: Path, states: Sequence[WitnessState]) -> None:
    """Write the states down; a disk that fails is never a reason to fail."""
    temporary = path.with_name(f".{path.name}.new")
    with suppress(OSError):
        temporary.write_bytes(render_json([to_json(state) for state in states]))
        temporary.replace(path)


def read_states(path: Path) -> tuple[WitnessState, ...]:
    """Return what was written last; nothing where there is nothing to be read."""
    try:
        found = parse_json_unverified(path.read_bytes())
        return tuple(from_json(WitnessState, state) for state in found)
    except (OSError, RecordInvalid, TypeError, ValueError):
        return ()
