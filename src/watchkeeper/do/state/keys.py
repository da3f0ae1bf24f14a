"""Which calls are the same action again (decision semantics, 1)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass

from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


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
    """

    __slots__ = ("_expired", "_fresh", "_live")

    def __init__(self) -> None:
        self._live: OrderedDict[str, KeyUse] = OrderedDict()
        self._expired = array("Q")
        self._fresh: set[int] = set()

    def find(self, key: str, now: Instant) -> KeyUse | None:
        """Return what a key was used for, if it still counts."""
        self._expire(now)
        use = self._live.get(key)
        return use if use is not None and use.until > now else None

    def is_expired(self, key: str) -> bool:
        """Tell whether this key was used too long ago to say what came of it."""
        mark = _fingerprint(key)
        if mark in self._fresh:
            return True
        place = bisect_left(self._expired, mark)
        return place < len(self._expired) and self._expired[place] == mark

    def use(self, key: str, use: KeyUse) -> None:
        """Note that an action was allowed under a key."""
        self._live[key] = use
        self._live.move_to_end(key)

    def end(self, key: str, action_id: str, effect: Ref) -> None:
        """Note the effect of the action under a key."""
        use = self._live.get(key)
        if use is not None and use.action_id == action_id:
            self._live[key] = KeyUse(
                use.arguments, use.action_id, use.at, use.until, use.refuse_after, effect
            )

    def _expire(self, now: Instant) -> None:
        # Only from the oldest on: keys differ in how long they live, so a short one behind a
        # long one is skipped in `find` until it comes to the front.
        while self._live:
            key, use = next(iter(self._live.items()))
            if use.until > now:
                return
            del self._live[key]
            if use.refuse_after:
                self._fresh.add(_fingerprint(key))
        if len(self._fresh) > 4096:
            self._fold()

    def _fold(self) -> None:
        merged = sorted({*self._expired, *self._fresh})
        self._expired = array("Q", merged)
        self._fresh = set()


def _fingerprint(key: str) -> int:
    return int(key[:16], 16)
