"""Which calls are the same action again (decision semantics, 1)."""

from __future__ import annotations

import base64
import sys
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from typing import Any

from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

_FOLD_ABOVE = 4096


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What a key was used for. `effect` is None while its outcome is unknown."""

    arguments: str
    action_id: str
    at: Instant
    until: Instant
    refuse_after: bool
    effect: Ref | None = None


class Keys:
    """The keys of recent actions, and the fingerprints of expired ones.

    A caller's own key is refused for good once it has expired: a late retry must not execute
    again. Expired keys are kept as 64-bit fingerprints, 8 bytes each; two keys that share one
    (one in 2^64) would make the later one refused, never executed twice. A key that the tool
    file derives (`once_per`) simply ends with its window.

    What is held changes with `use`, `end` and `free` alone, each at the time of its record: who
    only looks, whenever that is, changes nothing.
    """

    __slots__ = ("_due", "_expired", "_fresh", "_live")

    def __init__(self) -> None:
        self._live: dict[str, KeyUse] = {}
        self._due: list[tuple[Instant, str]] = []
        self._expired = array("Q")
        self._fresh: set[int] = set()

    def __len__(self) -> int:
        """How many keys are held in full."""
        return len(self._live)

    def find(self, key: str, now: Instant) -> KeyUse | None:
        """Return what a key was used for, if it still counts."""
        use = self._live.get(key)
        return use if use is not None and use.until > now else None

    def is_expired(self, key: str, now: Instant) -> bool:
        """Tell whether this key was used too long ago to say what came of it."""
        use, mark = self._live.get(key), _fingerprint(key)
        if use is not None and use.refuse_after and use.until <= now:
            return True
        if mark in self._fresh:
            return True
        place = bisect_left(self._expired, mark)
        return place < len(self._expired) and self._expired[place] == mark

    def use(self, key: str, use: KeyUse) -> None:
        """Note that an action was allowed under a key."""
        self._expire(use.at)
        self._live[key] = use
        heappush(self._due, (use.until, key))

    def end(self, key: str, action_id: str, effect: Ref) -> None:
        """Note the effect of the action under a key."""
        use = self._live.get(key)
        if use is not None and use.action_id == action_id:
            self._live[key] = replace(use, effect=effect)

    def free(self, key: str, action_id: str, at: Instant) -> None:
        """Forget a key's use: its action was held back, and certainly had no effect.

        One that had expired by then stays expired, whether anybody looked in between or not.
        """
        self._expire(at)
        use = self._live.get(key)
        if use is not None and use.action_id == action_id:
            del self._live[key]

    def to_json(self, at: Instant) -> dict[str, Any]:
        """Return what still counts at `at`; expired keys as one string of fingerprints."""
        due = (k for k, use in self._live.items() if use.refuse_after and use.until <= at)
        expired = array("Q", sorted({*self._expired, *self._fresh, *map(_fingerprint, due)}))
        live = {
            key: [
                use.arguments,
                use.action_id,
                use.at,
                use.until,
                use.refuse_after,
                None if use.effect is None else [use.effect.shard, use.effect.index],
            ]
            for key, use in self._live.items()
            if use.until > at
        }
        return {"live": live, "expired": base64.b64encode(_big_endian(expired)).decode()}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Keys:
        """Return the keys that `to_json` wrote."""
        made = cls()
        for key, (arguments, action_id, at, until, refuse_after, effect) in body["live"].items():
            ref = None if effect is None else Ref(*effect)
            use = KeyUse(arguments, action_id, Instant(at), Instant(until), refuse_after, ref)
            made._live[key] = use
        made._due = [(use.until, key) for key, use in made._live.items()]
        heapify(made._due)
        made._expired.frombytes(base64.b64decode(body["expired"]))
        made._expired = array("Q", _big_endian(made._expired))
        return made

    def _expire(self, now: Instant) -> None:
        while self._due and self._due[0][0] <= now:
            _, key = heappop(self._due)
            use = self._live.get(key)
            if use is None or use.until > now:
                continue  # used again since, and due again later
            del self._live[key]
            if use.refuse_after:
                self._fresh.add(_fingerprint(key))
        if len(self._fresh) > _FOLD_ABOVE:
            self._fold()

    def _fold(self) -> None:
        merged = sorted({*self._expired, *self._fresh})
        self._expired = array("Q", merged)
        self._fresh = set()


def _big_endian(marks: array[int]) -> bytes:
    """Turn between the machine's order of bytes and ours, which is the same step both ways."""
    turned = array("Q", marks)
    if sys.byteorder == "little":
        turned.byteswap()
    return turned.tobytes()


def _fingerprint(key: str) -> int:
    return int(key[:16], 16)
