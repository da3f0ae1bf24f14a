"""A thread that does one thing every so often, and never takes anything down with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from watchkeeper.errors import WatchkeeperError

_log = logging.getLogger("watchkeeper.beside")


class Wheel:
    """Calls `turn` every `seconds` in a daemon thread; what it raises is said, and it goes on.

    A daemon, since a turn may hang at somebody else's server: the process ends without it. With
    `last`, there is one more turn when it is stopped.
    """

    def __init__(
        self, name: str, seconds: float, turn: Callable[[], None], *, last: bool = False
    ) -> None:
        self._name, self._seconds, self._turn, self._last = name, seconds, turn, last
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watchkeeper-{name}", daemon=True)

    def start(self) -> None:
        """Begin; the first turn comes at once."""
        self._thread.start()

    def stop(self, seconds: float = 0.0) -> None:
        """Turn no more; wait at most `seconds` for a turn under way."""
        self._stop.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        self._once()
        while not self._stop.wait(self._seconds):
            self._once()
        if self._last:
            self._once()

    def _once(self) -> None:
        try:
            self._turn()
        except (WatchkeeperError, OSError) as error:
            _log.warning("%s: %s", self._name, error)
        except Exception:  # noqa: BLE001 - a fault here must stay here, and be seen
            _log.exception("%s failed", self._name)
