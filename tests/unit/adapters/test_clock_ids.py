from __future__ import annotations

import time
import uuid

from watchkeeper.adapters.clock import SystemClock
from watchkeeper.adapters.ids import SystemIds


def test_clocks() -> None:
    clock = SystemClock()
    before = time.time_ns() // 1000
    assert before <= clock.wall() <= time.time_ns() // 1000
    assert clock.monotonic() <= clock.monotonic()


def test_action_ids_are_uuid_7() -> None:
    ids = SystemIds()
    made = [ids.action_id() for _ in range(100)]
    assert len(set(made)) == 100
    for text in made:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert abs((parsed.int >> 80) - time.time() * 1000) < 60_000


def test_random_bytes() -> None:
    ids = SystemIds()
    assert len(ids.random_bytes(16)) == 16
    assert ids.random_bytes(16) != ids.random_bytes(16)
