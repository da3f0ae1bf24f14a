"""Who exports: the log, and the version of this program."""

from __future__ import annotations

from dataclasses import dataclass

PRODUCT = "Watchkeeper"


@dataclass(frozen=True, slots=True)
class Emitter:
    """The log's origin, and the version of the program that reads it."""

    origin: str
    version: str
