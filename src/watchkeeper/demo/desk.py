"""The refund desk's own database, read apart from everything else: the witness of what was done."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DeskBooks:
    """Reads the desk's database; never writes it."""

    path: Path

    def refunds(self) -> Counter[Row]:
        """Count the refunds: (request id, order, cents)."""
        return self._count("SELECT request_id, order_id, amount_cents FROM refunds")

    def credits(self) -> Counter[Row]:
        """Count the store credits: (request id, customer, cents)."""
        return self._count("SELECT request_id, customer_id, amount_cents FROM store_credits")

    def messages(self) -> Counter[Row]:
        """Count the messages that went out: (customer, text)."""
        return self._count("SELECT customer_id, text FROM messages WHERE direction = 'out'")

    def exports(self) -> int:
        """Count the exports."""
        return self._count("SELECT 'export' FROM exports").total()

    def closed(self) -> set[str]:
        """Return the customers whose account is closed."""
        return {
            row[0]
            for row in self._count("SELECT customer_id FROM customers WHERE status = 'closed'")
        }

    def refunded(self, request_id: str) -> int:
        """Count the refunds under one request id."""
        return sum(count for row, count in self.refunds().items() if row[0] == request_id)

    def size(self) -> tuple[int, int]:
        """Count customers and orders."""
        customers = self._count("SELECT 'customer' FROM customers").total()
        return customers, self._count("SELECT 'order' FROM orders").total()

    def _count(self, query: str) -> Counter[Row]:
        with self._open() as database:
            return Counter(database.execute(query).fetchall())

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        uri = f"{self.path.as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as database:
            yield database
