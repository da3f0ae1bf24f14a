"""What the desk does to its database: one method for each tool, each write one commit.

Like many back offices it checks that things exist and trusts its clerk with the rest: it has no
limit of its own, and does a refund twice when it is asked twice.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from desk.schema import connect

Row = dict[str, Any]


class Refused(Exception):
    """The desk can not do this; nothing was changed."""


def to_cents(amount: float) -> int:
    """Return an amount in EUR as integer cents.

    Raises:
        Refused: it has more than two decimals, or is over ten million.
    """
    cents = Decimal(repr(amount)) * 100
    if cents != cents.to_integral_value() or not 0 < cents <= 1_000_000_000:
        raise Refused(f"`{amount!r}` is no amount; give euros with at most two decimals")
    return int(cents)


def to_euros(cents: int) -> float:
    """Return integer cents as a number with at most two decimals."""
    return cents / 100


@dataclass(frozen=True, slots=True)
class Store:
    """The desk's database, through the one connection of this process."""

    database: sqlite3.Connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a seeded database.

        Raises:
            FileNotFoundError: there is none at `path`.
        """
        if not path.is_file():
            raise FileNotFoundError(f"no database at `{path}`; make one with `--seed`")
        return cls(connect(path))

    def lookup_order(self, order_id: str) -> Row:
        """Return an order, with what was refunded of it and what is left."""
        order = self._one("SELECT * FROM orders WHERE order_id = ?", order_id)
        (refunded,) = self.database.execute(
            "SELECT coalesce(sum(amount_cents), 0) FROM refunds WHERE order_id = ?", (order_id,)
        ).fetchone()
        return {
            "order_id": order["order_id"],
            "customer_id": order["customer_id"],
            "amount": to_euros(order["amount_cents"]),
            "currency": order["currency"],
            "status": order["status"],
            "refunded": to_euros(refunded),
            "refundable": to_euros(max(0, order["amount_cents"] - refunded)),
        }

    def lookup_customer(self, customer_id: str) -> Row:
        """Return a customer with the ids of the orders."""
        found = dict(self._one("SELECT * FROM customers WHERE customer_id = ?", customer_id))
        orders = self.database.execute(
            "SELECT order_id FROM orders WHERE customer_id = ? ORDER BY order_id", (customer_id,)
        )
        return {**found, "orders": [order_id for (order_id,) in orders]}

    def read_messages(self, customer_id: str) -> Row:
        """Return what was written to and by a customer, oldest first."""
        self._one("SELECT 1 FROM customers WHERE customer_id = ?", customer_id)
        rows = self.database.execute(
            "SELECT direction, text, at FROM messages WHERE customer_id = ? ORDER BY message_id",
            (customer_id,),
        )
        return {"customer_id": customer_id, "messages": [dict(row) for row in rows]}

    def lookup_refund(self, request_id: str) -> Row:
        """Return whether a refund with this request id was executed, and its amount."""
        row = self.database.execute(
            "SELECT amount_cents FROM refunds WHERE request_id = ? ORDER BY refund_id",
            (request_id,),
        ).fetchone()
        return {"found": False} if row is None else {"found": True, "amount": to_euros(row[0])}

    def refund(
        self, order_id: str, amount: float, currency: str, reason: str, request_id: str
    ) -> Row:
        """Pay money back; asked twice, pays twice."""
        self._one("SELECT 1 FROM orders WHERE order_id = ?", order_id)
        with self._commit():
            cursor = self.database.execute(
                "INSERT INTO refunds (order_id, amount_cents, currency, reason, request_id, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (order_id, to_cents(amount), currency, reason, request_id, _now()),
            )
        return {"refund_id": cursor.lastrowid, "order_id": order_id, "amount": amount}

    def store_credit(
        self, customer_id: str, amount: float, currency: str, reason: str, request_id: str
    ) -> Row:
        """Credit an amount for later purchases."""
        self._active(customer_id)
        with self._commit():
            cursor = self.database.execute(
                "INSERT INTO store_credits"
                " (customer_id, amount_cents, currency, reason, request_id, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (customer_id, to_cents(amount), currency, reason, request_id, _now()),
            )
        return {"credit_id": cursor.lastrowid, "customer_id": customer_id, "amount": amount}

    def send_message(self, customer_id: str, text: str) -> Row:
        """Write to a customer."""
        self._active(customer_id)
        with self._commit():
            cursor = self.database.execute(
                "INSERT INTO messages (customer_id, direction, text, at) VALUES (?, 'out', ?, ?)",
                (customer_id, text, _now()),
            )
        return {"message_id": cursor.lastrowid, "customer_id": customer_id}

    def change_address(
        self, customer_id: str, street: str, city: str, postcode: str, country: str
    ) -> Row:
        """Replace where a customer's parcels go."""
        self._active(customer_id)
        with self._commit():
            self.database.execute(
                "UPDATE customers SET street = ?, city = ?, postcode = ?, country = ?"
                " WHERE customer_id = ?",
                (street, city, postcode, country, customer_id),
            )
        return {"customer_id": customer_id, "changed": True}

    def close_account(self, customer_id: str, reason: str) -> Row:
        """Close a customer's account for good; the reason goes to the customer."""
        self._active(customer_id)
        with self._commit():
            self.database.execute(
                "UPDATE customers SET status = 'closed' WHERE customer_id = ?", (customer_id,)
            )
            self.database.execute(
                "INSERT INTO messages (customer_id, direction, text, at) VALUES (?, 'out', ?, ?)",
                (customer_id, f"Your account was closed: {reason}", _now()),
            )
        return {"customer_id": customer_id, "closed": True}

    def export_customers(self) -> list[Row]:
        """Return every customer; the caller renders them and records the export."""
        rows = self.database.execute("SELECT * FROM customers ORDER BY customer_id")
        return [dict(row) for row in rows]

    def record_export(self, kind: str, count: int) -> int:
        """Write down that the customers left the house, and return the export's number."""
        with self._commit():
            cursor = self.database.execute(
                "INSERT INTO exports (format, customers, at) VALUES (?, ?, ?)",
                (kind, count, _now()),
            )
        return cursor.lastrowid or 0

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _one(self, query: str, key: str) -> sqlite3.Row:
        row: sqlite3.Row | None = self.database.execute(query, (key,)).fetchone()
        if row is None:
            raise Refused(f"there is no `{key}`")
        return row

    def _active(self, customer_id: str) -> None:
        row = self._one("SELECT status FROM customers WHERE customer_id = ?", customer_id)
        if row["status"] != "active":
            raise Refused(f"the account of `{customer_id}` is closed")

    @contextlib.contextmanager
    def _commit(self) -> Iterator[None]:
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
