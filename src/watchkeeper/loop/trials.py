"""Trying a channel: somebody asks for a test notice, whoever sends notices says what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.records.instant import Instant
from watchkeeper.records.oversight import Silence


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test notice; `why` is None where it went out."""

    at: Instant
    why: Silence | None


@dataclass(slots=True)
class Trials:
    """The test notices of one process. `served` says that somebody is there to send them."""

    served: bool = False
    heard: dict[str, Instant] = field(default_factory=dict)
    """When a notice went out last, by channel; in this process alone."""
    outcomes: dict[str, Outcome | None] = field(default_factory=dict)
    _asked: dict[str, None] = field(default_factory=dict)

    def ask(self, channel: str) -> None:
        """Ask for a test notice."""
        self.outcomes[channel] = None
        self._asked[channel] = None

    def take(self) -> tuple[str, ...]:
        """Return the channels to try now; each is returned once."""
        found, self._asked = tuple(self._asked), {}
        return found
