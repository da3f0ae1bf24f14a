"""The desk's database: what is seeded, what each tool changes, that money stays exact."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from desk import cast
from desk.seed import seed
from desk.store import Refused, Store, to_cents, to_euros
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def store(database: Path):
    with contextlib.closing(Store.open(database)) as opened:
        yield opened


def rows(path: Path, query: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_a_seeded_database_has_500_customers_and_500_orders_and_no_refund(database: Path):
    assert rows(database, "SELECT count(*) FROM customers") == [(500,)]
    assert rows(database, "SELECT count(*) FROM orders") == [(500,)]
    assert rows(database, "SELECT count(*) FROM refunds") == [(0,)]


def test_the_same_seed_gives_the_same_rows_and_another_one_others(database: Path, tmp_path: Path):
    seed(tmp_path / "again.db", 42001)
    seed(tmp_path / "other.db", 42002)
    assert dump(tmp_path / "again.db") == dump(database)
    assert dump(tmp_path / "other.db") != dump(database)


def test_the_parts_are_the_same_whatever_the_seed(tmp_path: Path):
    seed(tmp_path / "other.db", 7)
    with contextlib.closing(Store.open(tmp_path / "other.db")) as store:
        for part in cast.PARTS:
            order = store.lookup_order(part.order_id)
            assert order["amount"] == to_euros(part.amount_cents)
            assert order["status"] == part.status
            assert order["customer_id"] == part.customer_id


def test_a_database_is_never_seeded_over(database: Path):
    with pytest.raises(FileExistsError, match="remove it first"):
        seed(database, 1)


def test_a_refund_done_twice_is_two_rows(store: Store):
    for _ in range(2):
        store.refund("ORD-10001", 5.5, "EUR", "late", "r-1")
    found = store.database.execute("SELECT request_id, amount_cents FROM refunds").fetchall()
    assert [tuple(row) for row in found] == [("r-1", 550), ("r-1", 550)]


def test_a_refund_lowers_what_is_left_of_the_order(store: Store):
    before = store.lookup_order("ORD-10405")
    store.refund("ORD-10405", 24.5, "EUR", "damaged", "r-1")
    after = store.lookup_order("ORD-10405")
    assert (before["refundable"], after["refundable"], after["refunded"]) == (49.9, 25.4, 24.5)


def test_a_refund_is_found_by_its_request_id(store: Store):
    assert store.lookup_refund("r-1") == {"found": False}
    store.refund("ORD-10001", 5.25, "EUR", "late", "r-1")
    assert store.lookup_refund("r-1") == {"found": True, "amount": 5.25}


@pytest.mark.parametrize("amount", [1.001, 0.001, 1e300, float("inf"), float("nan")])
def test_an_amount_that_is_none_changes_nothing(store: Store, amount: float):
    with pytest.raises(Refused):
        store.refund("ORD-10001", amount, "EUR", "late", "r-1")
    assert store.lookup_refund("r-1") == {"found": False}


def test_an_unknown_order_and_customer_are_refused(store: Store):
    with pytest.raises(Refused, match="ORD-99999"):
        store.refund("ORD-99999", 1.0, "EUR", "late", "r-1")
    with pytest.raises(Refused, match="CUS-99999"):
        store.send_message("CUS-99999", "hello")


def test_a_closed_account_gets_no_more_writes(store: Store):
    store.close_account("CUS-10001", "asked for")
    assert store.lookup_customer("CUS-10001")["status"] == "closed"
    with pytest.raises(Refused, match="closed"):
        store.store_credit("CUS-10001", 5.0, "EUR", "late", "c-1")


def test_an_address_is_replaced(store: Store):
    store.change_address("CUS-10001", "Neue Gasse 7", "Wien", "1070", "AT")
    found = store.lookup_customer("CUS-10001")
    assert (found["street"], found["city"], found["postcode"]) == ("Neue Gasse 7", "Wien", "1070")


def test_a_commit_is_synced_before_it_returns(store: Store):
    (full,) = store.database.execute("PRAGMA synchronous").fetchone()
    (journal,) = store.database.execute("PRAGMA journal_mode").fetchone()
    assert (full, journal) == (2, "delete")


@given(st.integers(1, 1_000_000_000))
@settings(max_examples=200)
def test_cents_survive_the_way_through_a_json_number(cents: int):
    assert to_cents(to_euros(cents)) == cents
