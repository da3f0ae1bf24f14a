"""What the machine itself takes: append and sync, sign, the engine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import cedarpy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.world import AGENT, SYSTEM, World
from watchkeeper.do.decision.context import build_context
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.known import Known, asked, encode

FRAME_BYTES = 4_000
RECORD_BYTES = 1_500


def in_turn(acts: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Do each act once, in turn, again and again; return microseconds, sorted.

    In turn, so that a figure and its floors meet the same machine: its drift, its neighbours and
    its caches.
    """
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(runs):
        for name, act in acts.items():
            began = time.perf_counter_ns()
            act()
            taken[name].append((time.perf_counter_ns() - began) / 1000)
    return {name: sorted(values) for name, values in taken.items()}


def quantile(sorted_values: list[float], part: float) -> float:
    """Return a quantile of sorted values."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def append_and_sync(fd: int, frame: bytes) -> None:
    """Append a frame's worth of bytes and fdatasync."""
    os.write(fd, frame)
    os.fdatasync(fd)


def verify_rate(seconds: float) -> float:
    """Return how many Ed25519 signatures a second one core verifies."""
    key, message = Ed25519PrivateKey.generate(), os.urandom(2_000)
    signature, public = key.sign(message), key.public_key()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for _ in range(100):
            public.verify(signature, message)
        count += 100
    return count / (time.perf_counter() - began)


def cedar_question(world: World) -> Callable[[], object]:
    """Return what asks the engine the question of the measured action, sliced, with its schema."""
    admitted, home = world.admit(), world.home
    read = FactRead("order", home.now(), {"refundable": 500.0, "status": "paid"})
    facts = world.kernel.facts(admitted, (read,))
    known = encode(asked(home.enforcer, admitted.request, facts))
    if not isinstance(known, Known):
        raise TypeError("the measured action is not valid")
    grants = home.enforcer.grants(AGENT, known.entry.action)
    context = build_context(known.entry, known.encoded, facts, grants)
    if isinstance(context, str):
        raise TypeError(context)
    policies = home.enforcer.policies[SYSTEM]
    request = {
        "principal": {"type": "Agent", "id": AGENT},
        "action": {"type": "Action", "id": known.entry.action},
        "resource": {"type": context.resource[0], "id": context.resource[1]},
        "context": dict(context.cedar),
    }
    chosen = policies.slice(known.entry.action).everything
    entities, schema = policies.handles
    return lambda: cedarpy.is_authorized(request, chosen, entities, schema)
