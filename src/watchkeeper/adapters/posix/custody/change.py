"""The record key of a home that is open: which one signs, and how another takes over."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.adapters.posix.custody.keyring import Keyring
from watchkeeper.errors import LogUnavailable, RecordInvalid, WatchkeeperError
from watchkeeper.ledger.key_history import KeyHistory
from watchkeeper.ports import Signer, Ticket
from watchkeeper.records.custody import KeyRotationRecord, KeyTerm, OldKey

_log = logging.getLogger("watchkeeper.log")


@dataclass(frozen=True, slots=True)
class _Pending:
    """A change that was queued: what to go back to if it is never written."""

    ticket: Ticket
    signer: Signer
    history: KeyHistory
    rotates: bool
    old: OldKey | None


class Custody:
    """Which key signs the next record. Its owner calls it under one lock.

    `on_changed(terms)` is called once a change is durable.
    """

    def __init__(
        self,
        keyring: Keyring,
        history: KeyHistory,
        signer: Signer,
        on_changed: Callable[[list[KeyTerm]], None],
    ) -> None:
        self.keyring, self.history, self.signer = keyring, history, signer
        self._on_changed = on_changed
        self._pending: _Pending | None = None
        self._next: Signer | None = None

    def prepare(self, uri: str | None) -> Signer:
        """Make the next record key, or open it where it lives; see `Keyring.prepare`."""
        self._next = self.keyring.prepare(uri)
        return self._next

    def check(self, index: int, said: KeyRotationRecord) -> None:
        """Refuse a change that would not hold, before it is queued at `index`.

        Raises:
            RecordInvalid: why it would not hold.
        """
        if self._pending is not None:
            raise RecordInvalid("another change of the key is being written")
        copy.copy(self.history).take(index, said)
        if said.new_key is not None:
            self._next = self._next or self.keyring.upcoming()
            last = copy.copy(self.history)
            last.take(index, said)
            if self._next is None or self._next.keyid != last.in_force()[0].keyid:
                raise RecordInvalid("the new key was not prepared here")

    def queued(self, said: KeyRotationRecord, ticket: Ticket) -> None:
        """The change stands in the queue: from the next record on, the new key signs."""
        rotates = said.new_key is not None
        self._pending = _Pending(ticket, self.signer, self.history, rotates, said.old)
        self.history = copy.copy(self.history)
        self.history.take(ticket.ref.index, said)
        if rotates and self._next is not None:
            self.signer, self._next = self._next, None

    def settle(self) -> None:
        """Finish a change that is durable, or go back on one that was never written."""
        pending = self._pending
        if pending is None:
            return
        try:
            pending.ticket.wait(0)
        except TimeoutError:
            return
        except LogUnavailable:
            if pending.rotates:
                self._next = self.signer
            self.signer, self.history, self._pending = pending.signer, pending.history, None
            return
        self._pending = None
        try:
            if pending.rotates:
                self.keyring.take_over(pending.old)
            self._on_changed(self.history.terms)
        except (OSError, WatchkeeperError) as error:
            # The record says which key counts: the next start finishes what is left to do.
            _log.warning("the key has changed, its files not all: %s", error)
