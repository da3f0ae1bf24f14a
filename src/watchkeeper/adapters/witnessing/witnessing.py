"""What a home's log has to do with witnesses: it publishes, they cosign, actions wait for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from watchkeeper.adapters.witnessing.coverage import Coverage
from watchkeeper.adapters.witnessing.signed import Cosigned, Signed
from watchkeeper.adapters.witnessing.states import write_states
from watchkeeper.errors import NotCovered
from watchkeeper.ledger.merkle import HASH_BYTES, consistency_proof
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.tiles import WIDTH, nodes_from_tiles
from watchkeeper.ledger.witness.policy import Policy
from watchkeeper.ports import WitnessState
from watchkeeper.records.plan.tools import Level

if TYPE_CHECKING:
    from watchkeeper.adapters.witnessing.circle import Circle


class Witnessing:
    """Knows how far one log is covered, and has its checkpoints witnessed once it was told to.

    `log` is the folder of the published log, `states` the file that says how things stand;
    `deliver` runs completions, `publish` asks for a new checkpoint now.
    """

    def __init__(
        self,
        log: Path,
        states: Path,
        deliver: Callable[[Callable[[], None]], None],
        publish: Callable[[], None],
    ) -> None:
        self._log, self._states, self._publish = log, states, publish
        self._circle: Circle | None = None
        self._newest: Signed | None = None
        self.coverage = Coverage(deliver, self._hurry)

    @property
    def uncoverable(self) -> str | None:
        """Why nothing can be witnessed as things stand, or None."""
        problem = self.coverage.problem
        return None if problem is None else problem.message

    def begin(self, policy: Policy | None, now: Callable[[], int], cosigned: Cosigned) -> None:
        """Submit what is published to the witnesses of a policy, from now on."""
        if policy is None:
            self.coverage.set_problem(NotCovered("the home has no witness policy"))
            return
        # Only what has witnesses loads what speaks to them.
        from watchkeeper.adapters.witnessing.circle import Circle

        self._circle = Circle(
            policy,
            self.coverage,
            self._prove,
            now,
            cosigned,
            lambda states: write_states(self._states, states),
        )
        if self._newest is not None:
            self._circle.submit(self._newest)

    def published(self, raw: bytes, size: int) -> None:
        """A checkpoint was published: those who wait for it go on, the witnesses are asked."""
        if self._newest is None or self._newest.raw != raw:
            self._newest = Signed(raw, parse_note_unverified(raw).text, size)
        self.coverage.reach(Level.PUBLISHED, size)
        if self._circle is not None:
            self._circle.submit(self._newest)

    def states(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness that is asked."""
        return () if self._circle is None else self._circle.states()

    def close(self) -> None:
        """Give the witnesses a moment for the last checkpoint, then end."""
        if self._circle is not None:
            self._circle.close()

    def _hurry(self) -> None:
        self._publish()
        if self._circle is not None:
            self._circle.hurry()

    def _prove(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, nodes_from_tiles(new, self._tile))

    def _tile(self, path: str) -> bytes:
        full, _, width = path.partition(".p/")
        try:
            return (self._log / path).read_bytes()
        except FileNotFoundError:
            # It is full by now: a partial tile is how the full one begins.
            return (self._log / full).read_bytes()[: int(width or WIDTH) * HASH_BYTES]
