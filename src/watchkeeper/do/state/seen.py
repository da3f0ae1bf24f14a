"""Which signed commands were taken already."""

from __future__ import annotations

from watchkeeper.records.instant import Instant

COMMAND_LIFETIME = 300


class SeenCommands:
    """Signed commands of the last while, so that none is taken twice, restarts included.

    Each by `ledger.envelope.command_use`: who holds a signature may be able to spell it otherwise.

    Those of commands that recorded nothing are forgotten by a restart: to look twice is harmless.
    """

    __slots__ = ("_asked", "_recorded")

    def __init__(self) -> None:
        self._asked: dict[str, Instant] = {}
        self._recorded: dict[str, Instant] = {}

    def __contains__(self, use: str) -> bool:
        return use in self._recorded or use in self._asked

    def add(self, use: str, at: Instant) -> None:
        """Note a command, and forget those too old to be accepted anyway."""
        self._asked = _noted(self._asked, use, at)

    def record(self, use: str, at: Instant) -> None:
        """Note a command that was recorded."""
        self._recorded = _noted(self._recorded, use, at)

    def recorded(self, use: str) -> bool:
        """Tell whether a record holds a command of the last while."""
        return use in self._recorded

    def recorded_since(self, moment: Instant) -> dict[str, Instant]:
        """Return the commands in records after `moment`."""
        return {use: at for use, at in self._recorded.items() if at > moment}


def _noted(seen: dict[str, Instant], use: str, at: Instant) -> dict[str, Instant]:
    if len(seen) > 256:
        oldest = at.plus(-2 * COMMAND_LIFETIME)
        seen = {old: when for old, when in seen.items() if when > oldest}
    seen[use] = at
    return seen
