"""What is said where shards of a home were moved away."""

from __future__ import annotations

from pathlib import Path

from watchkeeper import wiring
from watchkeeper.cli import output


def say_absent(path: Path) -> None:
    """Say which shards of a home are not here, so that nobody takes the rest for all."""
    absent = wiring.absent_shards(path)
    if absent:
        named = ", ".join(str(number) for number in absent)
        output.say(f"not looked at: shard {named} of this log is not here")
