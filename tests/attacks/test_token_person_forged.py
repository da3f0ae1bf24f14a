"""A home that writes another person into a token's record than was signed for is found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.reviews import said
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.records.action import Hidden
from watchkeeper.records.administration import TokenRecord
from watchkeeper.verify.values import held_values

LIES: list[Hidden | None] = [
    None,
    Hidden("onBehalfOf", digest="0" * 64),
    Hidden("onBehalfOf", clear="ben"),
    Hidden("onBehalfOf"),
]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    bank = DiskBank(tmp_path / "home")
    yield bank
    bank.close()


def _body(name: str, person: str | None) -> dict[str, str | None]:
    digest = None if person is None else reason_of(person, "onBehalfOf")[0]
    named = {"agent": "payer", "name": name, "digest": sha256_hex(name.encode())}
    return {**named, "onBehalfOf": digest}


def test_it_verifies_as_it_was_signed(bank: DiskBank) -> None:
    bank.tell("ana", "token", reason_of("ben", "onBehalfOf")[1], **_body("one", "ben"))
    bank.token("two")
    assert bank.verify().ok
    entry = bank.entries()[-2]
    assert entry.payload is not None
    (held,) = held_values(entry.record.predicate, entry.payload.body)
    assert held.value() == ("ben",)


def test_a_person_that_was_not_signed_is_refused(bank: DiskBank) -> None:
    with pytest.raises(CommandInvalid, match="not the one that was signed"):
        bank.tell("ana", "token", reason_of("cyd", "onBehalfOf")[1], **_body("one", "ben"))
    with pytest.raises(CommandInvalid, match="not the one that was signed"):
        bank.tell("ana", "token", {}, **_body("one", "ben"))


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("signed", ["ben", None])
def test_another_one_in_the_record_is_found(
    bank: DiskBank, lie: Hidden | None, signed: str | None
) -> None:
    body = _body("one", signed)
    signature = bank.sign("ana", "token", body)
    honest = None if signed is None else Hidden("onBehalfOf", digest=body["onBehalfOf"])
    digest = str(body["digest"])
    made = TokenRecord(bank.home.now(), "payer", "one", digest, "ana", signature, honest)
    if lie == honest:
        return
    said(bank, replace(made, on_behalf_of=lie), sha256_hex(b"payer"))
    (finding,) = bank.verify().findings
    assert "for another onBehalfOf" in finding.message
