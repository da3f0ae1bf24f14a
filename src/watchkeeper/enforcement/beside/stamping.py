"""Having the published log time stamped every so often."""

from __future__ import annotations

from pathlib import Path

from watchkeeper import wiring
from watchkeeper.enforcement.beside.wheel import Wheel
from watchkeeper.settings import Stamping
from watchkeeper.verify.timestamps import parse_certificates


class Stamper:
    """Stamps a home's newest checkpoint; a log that did not grow is not stamped again."""

    def __init__(self, home: Path, stamping: Stamping) -> None:
        self._home, self._stamping = home, stamping
        self.stamped = 0

    def turn(self) -> None:
        """Stamp once, if there is more than was stamped.

        Raises:
            LedgerError, OSError: it was not stamped; the next turn tries again.
        """
        if wiring.published_size(self._home) <= self.stamped:
            return
        paths = self._stamping.certificates
        roots = [one for path in paths for one in parse_certificates(path.read_bytes())]
        _, stamp = wiring.timestamp(self._home, self._stamping.url, roots)
        self.stamped = stamp.checkpoint.size


def stamping_wheel(home: Path, stamping: Stamping) -> Wheel:
    """Return what stamps a home every so often; no decision waits for an authority."""
    return Wheel("time stamps", stamping.every_seconds, Stamper(home, stamping).turn)
