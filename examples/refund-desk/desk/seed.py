"""Fills a new database: 500 customers, 500 orders and what the customers wrote.

The same seed gives the same rows, byte for byte. No refund stands in a new database.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desk.cast import CUSTOMERS, ORDERS, PARTS, Part, customer, order
from desk.schema import TABLES, connect

_FIRST_NAMES = (
    "Ada Amélie Anton Bruno Carla Chloé Dario Elif Emil Fatima Frida Giulia Hannah Henrik Ines "
    "Jakub Joana Jonas Kaja Lars Lea Luca Maja Marek Mila Nils Noor Olga Oskar Paula Pedro "
    "Rosa Samir Sofie Stefan Tomas Ursula Viktor Yara Zoë"
)
_LAST_NAMES = (
    "Almeida Andersen Bauer Becker Bianchi Costa Dubois Eriksen Fischer Garcia Hansen Horvat "
    "Ivanova Janssen Jensen Keller Kowalski Lambert Larsen Lehmann Lopez Marino Meyer Moreau "
    "Nowak Peeters Petit Pereira Rossi Santos Schmidt Silva Svensson Varga Vogel Weber Wolf"
)
_FIRST = _FIRST_NAMES.split()
_LAST = _LAST_NAMES.split()
_STREETS = (
    "Lindenstraße",
    "Rue des Lilas",
    "Via Garibaldi",
    "Kerkstraat",
    "Calle Mayor",
    "Storgata",
    "Rua Augusta",
    "Hauptplatz",
    "Parkveien",
    "Nádor utca",
)
_CITIES = (
    ("Berlin", "10115", "DE"),
    ("Wien", "1040", "AT"),
    ("Lyon", "69003", "FR"),
    ("Milano", "20121", "IT"),
    ("Utrecht", "3511", "NL"),
    ("Sevilla", "41001", "ES"),
    ("Lisboa", "1100-148", "PT"),
    ("Gent", "9000", "BE"),
    ("Aarhus", "8000", "DK"),
    ("Kraków", "31-008", "PL"),
)
_ITEMS = (
    ("ceramic mug, set of four", 2_490),
    ("reading lamp, brass", 5_990),
    ("wool blanket, grey", 7_900),
    ("bread knife, 24 cm", 3_450),
    ("running shoes, 42", 10_990),
    ("board game, second edition", 4_290),
    ("bicycle pump, floor", 3_990),
    ("backpack, 28 l", 8_950),
    ("bluetooth speaker", 6_490),
    ("cast-iron pan, 28 cm", 5_450),
    ("coffee grinder, hand", 7_290),
    ("desk organiser, bamboo", 2_890),
)
_STATUSES = ("paid", "shipped", "delivered", "delivered", "delivered", "delivered", "returned")
_COMPLAINTS = (
    ("Good morning, the {item} from {order} arrived damaged. {money} EUR back would be fair.", 30),
    ("{order} came a week late. Could you refund {money} EUR of it?", 15),
    ("You sent me the wrong item in {order}; I keep it for {money} EUR back.", 25),
    ("Hello, a small thing is missing from {order}. Is {money} EUR possible?", 20),
)
_QUESTIONS = (
    "Where is {order}? The tracking page has not moved since Monday.",
    "Could I have an invoice with our company name for {order}?",
    "Thank you, {order} is just what I wanted.",
)
_OPENED = date(2026, 11, 16)


def seed(path: Path, number: int = 42001) -> None:
    """Make the database at `path`, which must not exist yet.

    Raises:
        FileExistsError: there is a file at `path`.
    """
    if path.exists():
        raise FileExistsError(f"there is a database already: `{path}`; remove it first")
    chance = random.Random(number)
    with contextlib.closing(connect(path)) as database:
        database.execute("BEGIN")
        for statement in TABLES.split(";"):
            database.execute(statement)
        _customers(database, chance)
        _orders(database, chance)
        _messages(database, chance)
        database.execute("COMMIT")


def _customers(database: sqlite3.Connection, chance: random.Random) -> None:
    for number in range(1, CUSTOMERS + 1):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        city, postcode, country = chance.choice(_CITIES)
        street = f"{chance.choice(_STREETS)} {chance.randint(1, 120)}"
        database.execute(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, 'active')",
            (
                customer(number),
                f"{first} {last}",
                f"customer{number}@example.com",
                street,
                city,
                postcode,
                country,
            ),
        )


def _orders(database: sqlite3.Connection, chance: random.Random) -> None:
    parts = {part.number: part for part in PARTS}
    for number in range(1, ORDERS + 1):
        placed = _OPENED - timedelta(days=chance.randint(3, 60))
        item, price = chance.choice(_ITEMS)
        cents, status = price + chance.randrange(0, 1_000, 5), chance.choice(_STATUSES)
        if number in parts:
            part = parts[number]
            item, cents, status = part.item, part.amount_cents, part.status
        database.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?, 'EUR', ?, ?)",
            (order(number), customer(number), item, cents, status, placed.isoformat()),
        )


def _messages(database: sqlite3.Connection, chance: random.Random) -> None:
    parts = {part.number: part for part in PARTS}
    for number in range(1, CUSTOMERS + 1):
        at = datetime(_OPENED.year, _OPENED.month, _OPENED.day, 8, tzinfo=UTC) + timedelta(
            minutes=chance.randrange(5 * 24 * 60)
        )
        text = _text(number, parts.get(number), database, chance)
        database.execute(
            "INSERT INTO messages (customer_id, direction, text, at) VALUES (?, 'in', ?, ?)",
            (customer(number), text, at.isoformat()),
        )


def _text(
    number: int, part: Part | None, database: sqlite3.Connection, chance: random.Random
) -> str:
    """What the customer wrote; two in three ask for a refund of a part of the price."""
    wish, most = chance.choice(_COMPLAINTS)
    share, question, asks = chance.randint(8, most), chance.choice(_QUESTIONS), chance.random()
    if part is not None:
        return part.message
    if asks > 0.66:
        return question.format(order=order(number))
    item, cents = database.execute(
        "SELECT item, amount_cents FROM orders WHERE order_id = ?", (order(number),)
    ).fetchone()
    wanted = cents * share // 100
    money = f"{wanted // 100}.{wanted % 100:02d}"
    return wish.format(order=order(number), item=item, money=money)
