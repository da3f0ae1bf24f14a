"""Whether a shard took over what the one before adds up to."""

from __future__ import annotations

from collections.abc import Iterator

from watchkeeper.errors import LedgerError, LogInconsistent
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.standing import Standing
from watchkeeper.ports import Clock, Records
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry


def check_carried(records: Records, clock: Clock, shard: int | None = None) -> bool:
    """Hold the state that a shard (default: the newest) took over against the shard before.

    False where there is nothing to hold it against: the shard is the first, or the one before is
    not here, or a later shard erased payloads in it, with which keys went that counted at its end
    and do not any more. Reads what no snapshot of that shard counts.

    Raises:
        LogInconsistent: the shard took over another state.
    """
    number = records.shard if shard is None else shard
    if number == 0:
        return False
    carried = records.entry(Ref(number, 0)).record.predicate.carried
    before = _Until(records, number - 1)
    try:
        before.entry(Ref(number - 1, 0))
    except LedgerError:
        return False
    found = sha256_hex(Standing(before, clock).kept_form())
    if carried is not None and carried.state != found and before.erased_later:
        return False
    if carried is None or carried.state != found:
        raise LogInconsistent(
            f"shard {number} took over another state than shard {number - 1} ends with"
        )
    return True


class _Until:
    """A home's records as they stood when one of its shards ended (`ports.Records`).

    `erased_later` tells whether a payload that was read, or would have been, had gone since then.
    """

    def __init__(self, records: Records, shard: int) -> None:
        self._records, self.shard = records, shard
        self.erased_later = False

    @property
    def origin(self) -> str:
        return f"{self._records.origin.rpartition('/')[0]}/{self.shard}"

    @property
    def size(self) -> int:
        return self._records.size_of(self.shard)

    @property
    def shards(self) -> tuple[int, ...]:
        return tuple(number for number in self._records.shards if number <= self.shard)

    def size_of(self, shard: int) -> int:
        return self._records.size_of(shard)

    def entry(self, ref: Ref) -> Entry:
        return self._records.entry(ref)

    def entries(self, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
        for entry in self._records.entries(start, self.shard if shard is None else shard):
            by = entry.erased.shard if entry.erased is not None else None
            self.erased_later = self.erased_later or (by is not None and by > self.shard)
            yield entry

    def snapshot(self, shard: int | None = None) -> tuple[int, bytes] | None:
        return self._records.snapshot(self.shard if shard is None else shard)
