"""Somebody who can write to the home, without its keys, takes away what a retry is told by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import pay
from tests.worlds.tampered import TamperedBank, once
from watchkeeper.errors import LogInconsistent
from watchkeeper.loop.steps import Allowed, Stored

OTHER_KEYS = "the payload's `keys` is another than recorded"


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[TamperedBank]:
    bank = TamperedBank(tmp_path / "home")
    yield bank
    bank.close()


def told(body: dict[str, Any]) -> list[Any]:
    keys = body["keys"]
    assert isinstance(keys, list)
    return keys


EMPTIED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "none left": lambda body: body.update(keys=[]),
    "not even the name": lambda body: body.pop("keys"),
    "another id": lambda body: told(body)[0].update(id="0" * 64),
    "for a moment only": lambda body: told(body)[0].update(seconds=0),
    "no longer for good": lambda body: told(body)[0].update(refuseAfter=False),
    "one more": lambda body: told(body).append(told(body)[0]),
    "another salt": lambda body: body["salts"].update(keys="00" * 16),
    "no salts": lambda body: body.pop("salts"),
    "no list": lambda body: body.update(keys=7),
}


def test_a_retry_after_a_start_gives_the_stored_outcome(bank: TamperedBank) -> None:
    bank.paid(once("a"))
    bank.restart()
    assert isinstance(bank.ask(once("a")), Stored)
    bank.log.publish_now()
    assert bank.findings() == []


@pytest.mark.parametrize("how", EMPTIED.values(), ids=EMPTIED)
def test_the_home_does_not_open_and_verify_says_why(
    bank: TamperedBank, how: Callable[[dict[str, Any]], Any]
) -> None:
    ref = bank.paid(once("a")).ticket.ref
    bank.change(ref, how)
    with pytest.raises(LogInconsistent, match=f"payload of record {ref} is not the recorded one"):
        bank.restart()
    found = bank.findings()
    assert (ref.index, OTHER_KEYS) in found
    assert {index for index, _ in found} == {ref.index}


def test_a_whole_payload_that_is_gone(bank: TamperedBank) -> None:
    ref = bank.paid(once("a")).ticket.ref
    bank.change_raw({ref: lambda _: b""})
    with pytest.raises(LogInconsistent, match="is not the recorded one"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER_KEYS)]


def test_a_derived_key_is_no_less_bound(bank: TamperedBank) -> None:
    ref = bank.paid(pay(10, note="rent")).ticket.ref
    bank.change(ref, lambda body: body.update(keys=[]))
    with pytest.raises(LogInconsistent, match="`keys`"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER_KEYS)]


def test_keys_swapped_between_two_records(bank: TamperedBank) -> None:
    """With their salts: each is a true key of the home, and of another action."""
    refs = [bank.paid(once(key)).ticket.ref for key in ("a", "b")]
    bodies = [dict(bank.log.entry(ref).payload.body) for ref in refs]  # type: ignore[union-attr]

    def of(place: int) -> Callable[[bytes], bytes]:
        mine, other = bodies[place], bodies[1 - place]
        salts = {**mine["salts"], "keys": other["salts"]["keys"]}
        swapped = {**mine, "keys": other["keys"], "salts": salts}
        return lambda _: json.dumps(swapped).encode()

    bank.change_raw({refs[0]: of(0), refs[1]: of(1)})
    with pytest.raises(LogInconsistent, match=f"record {refs[0]} is not"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER_KEYS) for ref in refs]


def test_the_keys_of_an_action_that_waits(bank: TamperedBank) -> None:
    """Without them another action could be released under the same key meanwhile."""
    ref = bank.waiting(once("a", 400))[0]
    bank.change(ref, lambda body: body.update(keys=[]))
    with pytest.raises(LogInconsistent, match="`keys`"):
        bank.restart()
    assert bank.findings() == [(ref.index, OTHER_KEYS)]


def test_behind_a_snapshot_it_is_found_in_the_background(bank: TamperedBank) -> None:
    """The start goes by the signed snapshot; what it did not read is read meanwhile."""
    ref = bank.paid(once("a")).ticket.ref
    assert bank.home.keep(0)
    bank.change(ref, lambda body: body.update(keys=[]))
    bank.restart()
    scrub = bank.log.scrub
    assert scrub is not None
    # Whether it is through by now or not: the key itself is known from the snapshot.
    assert not isinstance(bank.ask(once("a")), Allowed)
    assert scrub.done.wait(30)
    failed = bank.log.failure()
    assert failed is not None
    assert f"payload of record {ref.index} is not the recorded one" in failed.message
    assert not isinstance(bank.ask(once("new")), Allowed)
    assert bank.findings() == [(ref.index, OTHER_KEYS)]
