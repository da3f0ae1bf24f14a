"""Chance from the operating system behind `ports.Ids`."""

from __future__ import annotations

import os
import time
import uuid


class SystemIds:
    """Identifiers and random bytes that nobody can guess."""

    def action_id(self) -> str:
        """Return a new UUIDv7: milliseconds since 1970, then 74 random bits (RFC 9562, 5.7)."""
        return action_id_at(time.time_ns() // 1_000_000)

    def random_bytes(self, count: int) -> bytes:
        """Return `count` bytes from the system's random source."""
        return os.urandom(count)


def action_id_at(millis: int) -> str:
    """Return a UUIDv7 that tells a time, in milliseconds since 1970."""
    value = (millis & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return str(uuid.UUID(int=value))
