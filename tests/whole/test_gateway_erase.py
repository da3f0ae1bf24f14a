"""Erasing through a gateway that runs: agents act meanwhile, and nothing of it is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.disk_bank import files_holding
from tests.worlds.gateway import Json, World, open_till
from tests.worlds.till_workspace import till_files
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.erasure import ErasureKind
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log

PERSON = "maria.keller@example.com"
_PATIENCE_SECONDS = 30.0


def with_subject(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    """The till, whose tool file says that `to` names a person."""
    files = till_files(folder, keys, **changes)
    tools = files["tools/till.yaml"].replace(
        "clear: [amount]\n", "clear: [amount]\n    subject: [to]\n", 1
    )
    return {**files, "tools/till.yaml": tools}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_till(tmp_path / "world", with_subject) as world:
        yield world


def asked(world: World, verb: str, found: Json | None = None, **about: int) -> Json:
    """Ask for the person's data to be erased, or only to be looked for."""
    salt = bytes(16)
    body: Json = {"asked": "subject", "subject": hidden_digest(salt, PERSON), **about}
    beside = {"subject": PERSON, "subjectSalt": salt.hex()}
    if found is not None:
        body |= {"end": found["end"], "records": found["records"]}
        body["reason"] = hidden_digest(salt, "17")
        beside |= {"reason": "17", "salt": salt.hex()}
    return dict(world.ask("ana", verb, body, beside))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.1)


def test_a_person_is_erased_while_the_agent_goes_on(world: World) -> None:
    assert world.call("pay", to=PERSON, amount=10).done
    assert world.call("pay", to="shop", amount=10).done
    waiting = world.call("pay", to=PERSON, amount=500)
    assert waiting.reason == "review-required"
    found = asked(world, "erasable")
    assert found["payloads"] == 3
    done = asked(world, "erase", found)
    assert done["removed"] == 3
    assert world.call("pay", to="shop", amount=11).done
    assert world.ask("ben", "pending", {}) == []
    assert files_holding(world.home, PERSON) == []
    world.end()
    assert files_holding(world.home, PERSON) == []
    verified = verify_log(world.home, workers=1)
    assert verified.ok, verified.findings


def test_what_the_plan_says_is_due_goes_by_itself(world: World) -> None:
    assert world.call("pay", to=PERSON, amount=10).done
    assert files_holding(world.home, PERSON)
    time.sleep(1.1)
    files = with_subject(world.till, world.keys)
    retention = "retention: {most: 1s, automatic: true}\n"
    world.release({**files, "systems/till.yaml": files["systems/till.yaml"] + retention})
    until(lambda: not files_holding(world.home / "segments", PERSON))
    (said,) = [e.record.predicate for e in world.entries() if e.record.kind is Kind.ERASURE]
    assert (said.asked, said.by, said.signature) == (ErasureKind.DUE, "", None)
    world.end()
    verified = verify_log(world.home, workers=1)
    assert verified.ok, verified.findings


def test_a_person_is_erased_from_an_older_shard_while_the_agent_goes_on(world: World) -> None:
    assert world.call("pay", to=PERSON, amount=10).done
    world.roll()
    found = asked(world, "erasable", shard=0)
    assert (found["shard"], found["payloads"]) == (0, 2)
    assert asked(world, "erasable")["payloads"] == 0
    assert asked(world, "erase", found, shard=0)["removed"] == 2
    assert world.call("pay", to="shop", amount=11).done
    assert files_holding(world.home, PERSON) == []
    world.end()
    verified = verify_log(world.home, workers=1)
    assert verified.ok, verified.findings


def test_what_is_due_goes_by_itself_from_an_older_shard(world: World) -> None:
    assert world.call("pay", to=PERSON, amount=10).done
    world.roll()
    assert world.call("pay", to=PERSON, amount=11).done
    time.sleep(1.1)
    files = with_subject(world.till, world.keys)
    retention = "retention: {most: 1s, automatic: true}\n"
    world.release({**files, "systems/till.yaml": files["systems/till.yaml"] + retention})
    until(lambda: not files_holding(world.home, PERSON))
    world.end()
    verified = verify_log(world.home, workers=1)
    assert verified.ok, verified.findings
