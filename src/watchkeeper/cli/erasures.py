"""What `log erase` asks of a home, shard by shard, and what came of it.

A signed command is about one shard. Looking goes from the oldest to the newest. Erasing goes the
other way: an effect or a verdict in a later shard is known to be about a person by its decision,
which must not have gone before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watchkeeper import wiring
from watchkeeper.cli.people import Line
from watchkeeper.ledger.canonical import hidden_digest

_SUMMED = ("payloads", "removed")
_JOINED = ("spans", "deferred", "held", "elsewhere")


@dataclass(frozen=True, slots=True)
class Asked:
    """The body of a command, and what comes beside it.

    `since` is the oldest shard that it is about; None is the newest alone.
    """

    body: Mapping[str, Any]
    beside: Mapping[str, Any] = field(default_factory=dict)
    since: int | None = 0

    def about(self, shard: int, newest: int) -> dict[str, Any]:
        """Return the body of the command about one shard."""
        body = dict(self.body)
        if shard != newest:
            body["shard"] = shard
        if "spans" in body and self.since is not None and self.since != shard:
            body["spansIn"] = self.since
        return body


class Shards:
    """One home's shards, of which payloads are to be erased; `missing` are not here."""

    def __init__(self, line: Line, asked: Sequence[Asked]) -> None:
        self._line, self._asked = line, asked
        self.newest = int(line.hello().origin.rpartition("/")[2])
        self._absent = wiring.absent_shards(line.path)
        wanted = {shard for one in asked for shard in self._wanted(one)}
        self.missing = [shard for shard in self._absent if shard in wanted]

    def look(self) -> dict[str, Any]:
        """Ask which payloads would be erased."""
        found: dict[int, dict[str, Any]] = {}
        for one, shard in self._each():
            body = one.about(shard, self.newest)
            answer = self._line.ask("erasable", body, one.beside)
            found[shard] = _sum(found.get(shard), answer)
        return self._joint(found)

    def erase(self, why: str) -> dict[str, Any]:
        """Look, sign for exactly what was found, erase; again while there is more."""
        done: dict[int, dict[str, Any]] = {}
        for one, shard in reversed(list(self._each())):
            body = one.about(shard, self.newest)
            for answer in self._erase(body, one.beside, why):
                done[shard] = _sum(done.get(shard), answer)
        return self._joint(done)

    def _erase(
        self, body: Mapping[str, Any], beside: Mapping[str, Any], why: str
    ) -> Iterator[dict[str, Any]]:
        """Erase what is asked for in one shard, and yield what was answered.

        What an agent did for a person in the meantime is found by looking once more.
        """
        while True:
            found = self._line.ask("erasable", body, beside)
            if not (found["spans"] or found["deferred"] or found["tails"]):
                yield found
                return
            salt = wiring.ids().random_bytes(16)
            reason = {"reason": why, "salt": salt.hex()}
            seen = {"end": found["end"], "records": found["records"]}
            signed = {**body, **seen, "reason": hidden_digest(salt, why)}
            answer = self._line.ask("erase", signed, {**beside, **reason})
            yield answer
            if not (answer["more"] or body["asked"] == "subject"):
                return

    def _each(self) -> Iterator[tuple[Asked, int]]:
        for one in self._asked:
            for shard in self._wanted(one):
                if shard not in self._absent:
                    yield one, shard

    def _wanted(self, one: Asked) -> Sequence[int]:
        since = self.newest if one.since is None else one.since
        return range(since, self.newest + 1) or (since,)

    def _named(self, shard: int, index: int) -> str:
        """Return how a record is named to `--index`; in the newest shard by its index alone."""
        return str(index) if shard == self.newest else f"{shard}.{index}"

    def _joint(self, found: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
        shards = [found[shard] for shard in sorted(found)]
        return {
            **{name: sum(one[name] for one in shards) for name in (*_SUMMED, "tails")},
            "held": any(one["held"] for one in shards),
            "more": any(one["more"] for one in shards),
            "elsewhere": [self._named(one["shard"], i) for one in shards for i in one["elsewhere"]],
            "erasures": [f"{self.newest}/{index}" for one in shards for index in one["erasures"]],
            "shards": shards,
            "notErased": self.missing,
        }


def _sum(total: Mapping[str, Any] | None, answer: Mapping[str, Any]) -> dict[str, Any]:
    before = total or {}
    erasures = [answer["erasure"]] if answer["erasure"] is not None else []
    return {
        **{name: value for name, value in answer.items() if name != "erasure"},
        **{name: before.get(name, 0) + answer[name] for name in _SUMMED},
        **{name: _joined(before.get(name, ()), answer[name]) for name in _JOINED},
        "erasures": [*before.get("erasures", ()), *erasures],
    }


def _joined(before: Sequence[Any], more: Sequence[Any]) -> list[Any]:
    return [*before, *(one for one in more if one not in before)]
