"""The released actions that this process has in hand: nobody else may say yet how they ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class UnderWay:
    """The ids of actions between their decision and the end of their calls, in this process.

    An action is carried by one step of its way at a time; what a crash left is carried by nobody.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()

    @contextmanager
    def carrying(self, action_id: str) -> Iterator[None]:
        """Have an action known while it is in hand."""
        self._ids.add(action_id)
        try:
            yield
        finally:
            self._ids.discard(action_id)

    def __contains__(self, action_id: object) -> bool:
        return action_id in self._ids
