"""What we need from the world.

Everything in the core that has to do with time, chance, disk or the network goes through one of
these protocols; `wiring` puts the real ones behind them, `tests/worlds` ones in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from watchkeeper.errors import WatchkeeperError
from watchkeeper.records.administration import Carried
from watchkeeper.records.custody import Doubt, KeyTerm
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload, Record


@dataclass(frozen=True, slots=True)
class Split:
    """A witness holds another history of our log than this home does.

    It cosigned a checkpoint of `size` records, under the same log key, that this home's log does
    not extend. `witness` is its name in the policy, `why` one line on how it was seen.
    """

    witness: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class WitnessState:
    """How things stand with one witness.

    It cosigned our first `size` records last, at `at` (its own time, seconds since 1970; 0 if it
    never did since the start); `failure` says why it did not the last time it was asked.
    """

    name: str
    url: str
    size: int = 0
    at: int = 0
    failure: str | None = None
    split: Split | None = None


class Clock(Protocol):
    """Two clocks: the wall, and one that only goes forward."""

    def wall(self) -> Instant:
        """Return the wall clock's time; it may jump."""
        ...

    def monotonic(self) -> int:
        """Return microseconds of a clock that never goes back; its zero means nothing."""
        ...


class Ids(Protocol):
    """Chance."""

    def action_id(self) -> str:
        """Return a new UUIDv7 (RFC 9562, 5.7) as text."""
        ...

    def random_bytes(self, count: int) -> bytes:
        """Return `count` unpredictable bytes."""
        ...


class Signer(Protocol):
    """A private key that signs. The key itself never leaves it."""

    @property
    def keyid(self) -> str:
        """The key's id: SHA-256 of the raw public key, in hex."""
        ...

    @property
    def public_key(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`, 64 bytes."""
        ...


class Ticket(Protocol):
    """A record on its way to the disk.

    Its index is final unless the write fails, in which case nothing with a later index was
    written either.
    """

    @property
    def ref(self) -> Ref:
        """Where the record stands."""
        ...

    def wait(self, timeout: float | None = None) -> None:
        """Block until the record is durable.

        Raises:
            LogUnavailable: the record was not and will not be written.
        """
        ...

    def when_done(self, callback: Callable[[WatchkeeperError | None], None]) -> None:
        """Call `callback(None)` once durable, or with the error; never both, never twice.

        Runs through the log's `deliver`; at once if the record is already durable.
        """
        ...


class Records(Protocol):
    """The records of one home, to be read."""

    @property
    def origin(self) -> str:
        """The log's origin, `<name>/<shard>`."""
        ...

    @property
    def shard(self) -> int:
        """The number of the newest shard, which is the one that is written to."""
        ...

    @property
    def shards(self) -> tuple[int, ...]:
        """The numbers of the shards that are here, the newest last."""
        ...

    @property
    def size(self) -> int:
        """How many records of the newest shard have an index, durable or not."""
        ...

    def size_of(self, shard: int) -> int:
        """How many durable records a shard has.

        Raises:
            LedgerError: the shard is not here.
        """
        ...

    def entry(self, ref: Ref) -> Entry:
        """Read one durable record back.

        Raises:
            LedgerError: there is no such record, or its shard is not here.
        """
        ...

    def entries(self, start: int = 0, shard: int | None = None) -> Iterator[Entry]:
        """Read durable records of a shard back, in order, from `start`; default: the newest.

        Raises:
            LedgerError: the shard is not here.
        """
        ...

    def snapshot(self, shard: int | None = None) -> tuple[int, bytes] | None:
        """Return how many records a shard's snapshot counts, and the state that it holds, or None.

        The state is what was given to `Log.keep`; reading may go on after those records.
        """
        ...


class Log(Records, Protocol):
    """The ledger of one home, open for writing by this process alone."""

    def append(self, record: Record, payload: Payload | None = None) -> Ticket:
        """Seal the record, give it the next index and queue it; does not wait.

        Raises:
            LogUnavailable: the log can not be written now; nothing was queued.
            EntryTooLarge: the record is over 65,535 bytes; nothing was queued.
        """
        ...

    def deliver_with(self, post: Callable[[Callable[[], None]], None]) -> None:
        """Run completions of tickets through `post` (an event loop's thread-safe call).

        One call of `post` per batch written, not per ticket.
        """
        ...

    def failure(self) -> WatchkeeperError | None:
        """Return why the log can not be written now, or None while it can."""
        ...

    def heal(self) -> bool:
        """Try to write again after a failure; True if the log can be written now.

        Every ticket that was queued at the failure has failed; state computed from those records
        must have been thrown away before this is called.
        """
        ...

    def when_covered(
        self, ref: Ref, level: Level, callback: Callable[[WatchkeeperError | None], None]
    ) -> Callable[[], None]:
        """Call `callback(None)` once a checkpoint of `level` covers a durable record.

        Asks for such a checkpoint at once. Runs through the log's `deliver`, like completions of
        tickets; `callback(NotCovered)` where no checkpoint can be witnessed. What is returned
        takes the request back: whoever stops waiting calls it.
        """
        ...

    def uncoverable(self, level: Level) -> str | None:
        """Return why no record can reach `level` as things stand, or None if one may."""
        ...

    def witnesses(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness that this home asks."""
        ...

    def key_terms(self) -> list[KeyTerm]:
        """Return the record keys and the indexes at which each counts."""
        ...

    def next_key(self, uri: str | None) -> Signer:
        """Make the record key that is to take over, or open it where `uri` says it lives.

        Durable when this returns. It counts from the `key-rotation` record on that names it.

        Raises:
            KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
        """
        ...

    def doubts(self) -> tuple[Doubt, ...]:
        """Return what speaks against this home: it may be a restored or a copied one."""
        ...

    def settle_doubts(self) -> None:
        """A person took the home up again, and the record of it is durable: go on from here."""
        ...

    def roll(
        self, at: Instant, carried: Carried, payload: Payload, *, new_log_key: bool = False
    ) -> None:
        """End the shard and begin the next one: all of it or nothing, also through a crash.

        What is queued is written first. `carried` and `payload` are what the new genesis takes
        over. Every later record stands in the new shard. With `new_log_key` a new key signs its
        checkpoints.

        Raises:
            LogUnavailable: nothing was begun; what was queued may not have been written.
            PolicyInvalid: the witness policy names the key that would be changed.
        """
        ...

    @property
    def kept_size(self) -> int:
        """How many records the newest snapshot counts; 0 without one."""
        ...

    def keep(self, state: bytes) -> bool:
        """Write a snapshot of all there is, which `state` is what it adds up to.

        False where that can not be done now; nothing is lost by it.
        """
        ...

    def free_bytes(self) -> int:
        """Return how much room is left on the disk that holds the truth."""
        ...

    @property
    def secret(self) -> bytes:
        """What only this home knows: keys the digests by which it recognises a retry."""
        ...

    def torn_tails(self, shard: int | None = None) -> int:
        """Return how many torn tails of a shard (default: the newest) are kept after crashes."""
        ...

    def begin_erasure(self) -> None:
        """Note durably that the record of an erasure is appended next.

        Raises:
            LogUnavailable: nothing was noted.
        """
        ...

    def finish_erasures(self) -> int:
        """Remove the payloads that durable erasure records name; return how many.

        Raises:
            LedgerError: it is not finished, and will be tried again at the next start.
        """
        ...

    def close(self) -> None:
        """Write what waits, publish, and let go of the home."""
        ...


class FactReader(Protocol):
    """Reads a declared fact from a tool server."""

    def read(self, server: str, tool: str, arguments: Mapping[str, Any]) -> Any:
        """Return the structured content of a read tool's answer.

        Raises:
            UpstreamFailed: no answer in time, an error, or an answer that is no answer.
        """
        ...


class WitnessStore(Protocol):
    """What a witness keeps: its key, the logs that it knows, and what it cosigned last of each.

    One process has it open. Nothing is remembered that is not durable.
    """

    @property
    def name(self) -> str:
        """The witness's name, as its cosignatures have it."""
        ...

    @property
    def signer(self) -> Signer:
        """The witness's key."""
        ...

    def policy(self) -> bytes:
        """Return the policy file that names the logs, as it is now."""
        ...

    def last(self, origin: str) -> bytes | None:
        """Return the checkpoint of a log that was cosigned last, or None."""
        ...

    def keep(self, origin: str, checkpoint: bytes) -> None:
        """Replace what was cosigned last; durable when this returns.

        Raises:
            OSError: it may or may not be kept; nothing may be answered.
        """
        ...

    def keep_evidence(self, origin: str, request: bytes) -> None:
        """Keep a request that contradicts what was cosigned; the first hundred of each log."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class PermitKeys(Protocol):
    """The home's own key for permits."""

    def signer(self) -> Signer:
        """Return the key that signs permits now; its public half is published by then.

        Raises:
            KeyUnavailable, KeyUnsafe: it is not there.
        """
        ...

    def published(self) -> bytes:
        """Return the JWK set of the public keys that count.

        Raises:
            KeyUnavailable, KeyUnsafe: as `signer`.
        """
        ...
