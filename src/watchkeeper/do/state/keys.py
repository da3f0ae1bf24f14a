"""Which calls are the same action again (decision semantics, 1)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from heapq import heappop, heappush

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
        self._expire(now)
        return self._live.get(key)

    def is_expired(self, key: str, now: Instant) -> bool:
        """Tell whether this key was used too long ago to say what came of it."""
        self._expire(now)
        mark = _fingerprint(key)
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

    def free(self, key: str, action_id: str) -> None:
        """Forget a key's use: its action was held back, and certainly had no effect."""
        use = self._live.get(key)
        if use is not None and use.action_id == action_id:
            del self._live[key]

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


def _fingerprint(key: str) -> int:
    return int(key[:16], 16)
