"""Whom an agent acts for never approves it: by a token made for them, or by the task."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest

from tests.worlds.gateway import World, refused
from tests.worlds.hosts import Host
from tests.worlds.tasks import tasks_of
from watchkeeper.ledger.canonical import hidden_digest

SALT = b"p" * 16


@pytest.fixture(scope="module")
def till(lenders: World) -> World:
    """The world with a token for each of two people."""
    for person in ("ben", "mrs-miller"):
        token_for(lenders, person)
    return lenders


def token_for(till: World, person: str) -> str:
    """A token by which `payer` acts for a person; known to the world under the person's name."""
    token = "wk_" + secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    acts_for = hidden_digest(SALT, person)
    body = {"agent": "payer", "name": f"for-{digest[:8]}", "digest": digest}
    beside = {"onBehalfOf": person, "salt": SALT.hex()}
    till.ask("ana", "token", {**body, "onBehalfOf": acts_for}, beside)
    till.tokens[person] = token
    return token


def _not_by(till: World, handle: str, person: str) -> None:
    answer = till.send(till.signed(person, "approve", till.shown(handle)[1]))
    assert "nobody decides on an action of their own" in answer["error"]["message"]


def _pay(till: World, **changes: Any) -> Any:
    return till.call("pay", to="x", amount=500, key=secrets.token_hex(8), **changes)


def test_a_token_says_for_whom(till: World) -> None:
    handle = _pay(till, agent="ben").handle
    _not_by(till, handle, "ben")
    till.approve(handle, "cara")
    assert till.call("watchkeeper_result", agent="ben", handle=handle).done


def test_a_task_says_for_whom(till: World) -> None:
    with tasks_of(till).open("payer", ["till/pay"], on_behalf_of="ben") as task:
        handle = _pay(till, meta=task.meta).handle
        _not_by(till, handle, "ben")
        till.approve(handle, "cara")
        assert till.call("watchkeeper_result", handle=handle).done


def test_who_acts_for_nobody_is_approved_by_any_reviewer(till: World) -> None:
    handle = _pay(till).handle
    till.approve(handle, "ben")
    assert till.call("watchkeeper_result", handle=handle).done


def test_two_people_at_once_are_none(till: World) -> None:
    with tasks_of(till).open("payer", ["till/pay", "till/look"], on_behalf_of="cara") as task:
        ask = {"agent": "ben", "meta": task.meta, "to": "x"}
        refused(till, lambda: till.call("look", **ask), "invalid-request")
    with tasks_of(till).open("payer", ["till/look"], on_behalf_of="ben") as task:
        assert till.call("look", agent="ben", meta=task.meta, to="x").done


def test_an_agent_can_not_say_it_itself(till: World) -> None:
    for meta in ({"watchkeeper/onBehalfOf": "cara"}, {"onBehalfOf": "cara"}):
        handle = _pay(till, agent="ben", meta=meta).handle
        _not_by(till, handle, "ben")


def test_what_was_approved_for_one_person_is_not_done_for_another(till: World) -> None:
    body = {"to": "x", "amount": 600, "key": secrets.token_hex(8)}
    handle = till.call("pay", agent="ben", **body).handle
    till.approve(handle, "cara")
    before = till.executed()
    other = till.call("pay", agent="mrs-miller", **body)
    assert (other.reason, till.executed()) == ("key-reused", before)
    taken = till.call("watchkeeper_result", agent="mrs-miller", handle=handle)
    assert (taken.reason, till.executed()) == ("invalid-request", before)
    assert till.call("pay", agent="ben", **body).done


def test_a_host_comes_back_for_the_same_person_alone(till: World) -> None:
    host = Host(till, "ben")
    first = host.call("drop", what="for ben")
    _not_by(till, first.handle, "ben")
    till.approve(first.handle, "cara")
    before = till.executed()
    assert not Host(till, "mrs-miller").again(first, "drop", what="for ben").done
    assert not Host(till).again(first, "drop", what="for ben").done
    assert till.executed() == before
    assert host.again(first, "drop", what="for ben").done


def test_the_log_names_nobody(till: World) -> None:
    assert till.call("look", agent="mrs-miller", to="x").done
    raw = b"".join(path.read_bytes() for path in (till.home / "log").rglob("*") if path.is_file())
    assert b"mrs-miller" not in raw
    listed = till.ask("ana", "tokens", {})
    assert "mrs-miller" in {one.get("for") for one in listed}


def test_it_stays_so_after_a_restart_and_a_roll(till: World) -> None:
    till.kill()
    till.start()
    till.roll()
    handle = _pay(till, agent="ben").handle
    _not_by(till, handle, "ben")


def test_a_token_whose_person_was_erased_does_nothing(till: World) -> None:
    token_for(till, "gone")
    assert till.call("look", agent="gone", to="x").done
    index = next(
        entry.ref.index for entry in reversed(till.entries()) if entry.record.kind.value == "token"
    )
    body = {"asked": "records", "spans": [[index, index + 1]]}
    found = till.ask("ana", "erasable", body)
    why = {"reason": "asked for", "salt": SALT.hex()}
    signed = {"end": found["end"], "records": found["records"]}
    reason = hidden_digest(SALT, "asked for")
    till.ask("ana", "erase", {**body, **signed, "reason": reason}, why)
    refused(till, lambda: till.call("look", agent="gone", to="x"), "invalid-request")
