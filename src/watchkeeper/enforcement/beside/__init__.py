"""What a gateway does beside its decisions, and what no decision ever waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from watchkeeper import wiring
from watchkeeper.check.export import Emitter
from watchkeeper.enforcement.beside.stamping import stamping_wheel
from watchkeeper.enforcement.beside.telemetry import Follower, telemetry_wheel
from watchkeeper.enforcement.beside.wheel import Wheel
from watchkeeper.ports import Records
from watchkeeper.settings import Stamping, Telemetry

__all__ = ["Beside", "Follower", "Wheel", "stamping_wheel", "telemetry_wheel"]

_LAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Beside:
    """What the settings ask for: None where they do not."""

    stamping: Stamping | None
    telemetry: Telemetry | None

    @contextmanager
    def running(self, home: Path, records: Records) -> Iterator[None]:
        """Have all of it done while the gateway serves; at the end, what was just recorded too.

        Raises:
            SettingsInvalid: a certificate that can not be read.
        """
        wheels = list(self._wheels(home, records))
        for wheel in wheels:
            wheel.start()
        try:
            yield
        finally:
            for wheel in wheels:
                wheel.stop(_LAST_SECONDS)

    def _wheels(self, home: Path, records: Records) -> Iterator[Wheel]:
        if self.stamping is not None:
            yield stamping_wheel(home, self.stamping)
        if self.telemetry is not None:
            asked = self.telemetry
            sender = wiring.otlp_sender(asked.url, asked.headers, asked.seconds, asked.certificate)
            emitter = Emitter(records.origin, version("watchkeeper"))
            yield telemetry_wheel(Follower(records, emitter, asked, sender))
