"""Sealing records with the key that counts, and changing that key between two of them."""

from __future__ import annotations

import threading

from watchkeeper.adapters.posix.custody import Custody
from watchkeeper.adapters.posix.writer import Writer
from watchkeeper.errors import EntryTooLarge
from watchkeeper.ledger.canonical import render_json
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import MAX_PAYLOAD_BYTES
from watchkeeper.ledger.tiles import check_entry
from watchkeeper.ports import Signer, Ticket
from watchkeeper.records.custody import KeyTerm
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Payload, Record


class Sealing:
    """Gives sealed records to the writer of one shard. Every method may be called by any thread."""

    def __init__(self, custody: Custody, writer: Writer) -> None:
        self.custody, self.writer = custody, writer
        self._one_at_a_time = threading.RLock()

    def append(self, record: Record, payload: Payload | None) -> Ticket:
        """Seal a record and queue it under the next index.

        Raises:
            LogUnavailable, EntryTooLarge, RecordInvalid: nothing was queued.
        """
        beside = b"" if payload is None else render_json(payload.body)
        if len(beside) > MAX_PAYLOAD_BYTES:
            raise EntryTooLarge(f"a payload of {len(beside)} bytes")
        # Nothing may take an index between a change of the key and the records after it.
        with self._one_at_a_time:
            self.custody.settle()
            if record.kind is Kind.KEY_ROTATION:
                return self._change_key(record, beside)
            return self._submit(record, beside)

    def key_terms(self) -> list[KeyTerm]:
        """Return the record keys and the indexes at which each counts."""
        return list(self.custody.history.terms)

    def next_key(self, uri: str | None) -> Signer:
        """Make the next record key, or open it where `uri` says it lives; durable on return.

        Raises:
            KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
        """
        with self._one_at_a_time:
            return self.custody.prepare(uri)

    def settle(self) -> None:
        """Finish a change of the key that is durable, or go back on one that was not written."""
        with self._one_at_a_time:
            self.custody.settle()

    def _submit(self, record: Record, beside: bytes) -> Ticket:
        envelope = seal(record, self.custody.signer)
        check_entry(envelope)
        return self.writer.submit(envelope, beside, record.predicate.at)

    def _change_key(self, record: Record, beside: bytes) -> Ticket:
        self.custody.check(self.writer.next, record.predicate)
        ticket = self._submit(record, beside)
        self.custody.queued(record.predicate, ticket)
        ticket.when_done(lambda _: self.settle())
        return ticket
