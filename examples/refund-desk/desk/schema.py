"""The tables of the desk's database.

Money is in integer cents. `refunds` has no unique key on `request_id`, on purpose: the database
is the honest witness of what was executed, so a refund that was executed twice is two rows.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = """
CREATE TABLE customers (
    customer_id TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    street      TEXT NOT NULL,
    city        TEXT NOT NULL,
    postcode    TEXT NOT NULL,
    country     TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'closed'))
) STRICT;

CREATE TABLE orders (
    order_id     TEXT PRIMARY KEY,
    customer_id  TEXT NOT NULL REFERENCES customers (customer_id),
    item         TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    currency     TEXT NOT NULL CHECK (currency = 'EUR'),
    status       TEXT NOT NULL CHECK (
        status IN ('paid', 'shipped', 'delivered', 'returned', 'closed', 'fraud-flagged')
    ),
    placed_on    TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_customer ON orders (customer_id);

CREATE TABLE refunds (
    refund_id    INTEGER PRIMARY KEY,
    order_id     TEXT NOT NULL REFERENCES orders (order_id),
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    currency     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    at           TEXT NOT NULL
) STRICT;
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_request ON refunds (request_id);

CREATE TABLE store_credits (
    credit_id    INTEGER PRIMARY KEY,
    customer_id  TEXT NOT NULL REFERENCES customers (customer_id),
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    currency     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    at           TEXT NOT NULL
) STRICT;

CREATE TABLE messages (
    message_id  INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    direction   TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    text        TEXT NOT NULL,
    at          TEXT NOT NULL
) STRICT;
CREATE INDEX messages_by_customer ON messages (customer_id);

CREATE TABLE exports (
    export_id INTEGER PRIMARY KEY,
    format    TEXT NOT NULL,
    customers INTEGER NOT NULL,
    at        TEXT NOT NULL
) STRICT;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the database so that a commit that returned is on the disk.

    One connection per process is meant; the rollback journal with `synchronous=FULL` survives a
    loss of power.
    """
    database = sqlite3.connect(path, isolation_level=None)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("PRAGMA foreign_keys=ON")
    return database
