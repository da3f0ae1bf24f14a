"""The disk of a running gateway fails: everything is refused, and it says so, until it heals.

The failure is a real one: the kernel refuses the gateway's process to write a file any further.
"""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.worlds.gateway import World, open_till
from tests.worlds.till_workspace import till_files
from watchkeeper.verify import verify_log


@contextmanager
def _full_disk(world: World) -> Iterator[None]:
    """No file of the gateway may grow; what is written beyond fails with EFBIG."""
    assert world.process is not None
    pid = world.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def _until(world: World, status: int) -> None:
    while world.health()[0] != status:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("disk") / "world") as world:
        assert world.call("pay", to="warm", amount=1).done  # its tool server runs now
        yield world


def test_nothing_is_done_that_can_not_be_recorded(own: World) -> None:
    before, size = own.executed(), len(own.entries())
    with _full_disk(own):
        for _ in range(2):
            assert own.call("pay", to="x", amount=1).reason == "log-unavailable"
            assert own.call("unnamed").reason == "log-unavailable"
            assert own.call("look", to="x").reason == "log-unavailable"
            status, health = own.health()
            assert status == 503
            assert health["ok"] is False
            assert health["log"] != "ok"
        time.sleep(1.2)  # the gateway tries once a second, and fails again
        assert own.health()[0] == 503
        assert own.call("pay", to="x", amount=1).reason == "log-unavailable"
    assert own.executed() == before
    _until(own, 200)
    assert len(own.entries()) == size
    assert own.call("pay", to="x", amount=1).done
    assert len(own.entries()) == size + 2


def test_an_effect_that_can_not_be_recorded_is_unknown(own: World) -> None:
    """The action was released; its end finds the disk full. The agent is not told that end."""
    own.mood(send="hold")
    (own.till / "holding").unlink(missing_ok=True)
    told = []
    call = threading.Thread(target=lambda: told.append(own.call("send", to="d", text="held")))
    call.start()
    while not (own.till / "holding").exists():
        call.join(0.01)
    with _full_disk(own):
        assert own.call("unnamed").reason == "log-unavailable"
        own.mood()
        call.join(30)
        assert told[0].reason == "effect-unknown"
    _until(own, 200)
    assert own.call("send", to="d", text="held").reason == "effect-unknown"
    assert [e for e in own.executed() if e["arguments"].get("text") == "held"] == [
        own.executed()[-1]
    ]
    assert own.health()[1]["unknownEffects"] == 1


def test_a_command_that_can_not_be_recorded_is_not_carried_out(own: World) -> None:
    waiting = own.call("drop", what="disk")
    body = own.shown(waiting.handle)[1]
    with _full_disk(own):
        answer = own.send(own.signed("ben", "approve", body))
        assert answer["error"]["code"] == "log-unavailable"
        stop = {"scopeKind": "agent", "scopeName": "payer", "reason": None}
        assert own.send(own.signed("ana", "stop", stop))["error"]["code"] == "log-unavailable"
    _until(own, 200)
    assert own.call("watchkeeper_result", handle=waiting.handle).reason == "review-required"


def test_the_log_is_whole_after_all_of_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_till(tmp_path_factory.mktemp("whole") / "world") as world:
        for number in range(3):
            with _full_disk(world):
                assert world.call("look", to="x").reason == "log-unavailable"
            _until(world, 200)
            assert world.call("send", to="a", text=f"{number}").done
        world.kill()
        world.start()
        assert world.call("send", to="a", text="last").done
        world.end()
        assert verify_log(world.home).ok
        assert len(world.executed()) == len(world.effects()) == 4


def test_below_its_reserve_of_disk_it_refuses_and_records_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("reserve") / "world"
    with open_till(folder) as world:
        limits = "disk_reserve_mib: 1000000"
        world.release(till_files(world.till, world.keys, limits=limits))
        _until(world, 503)
        size = len(world.entries())
        assert world.call("send", to="a", text="x").reason == "log-unavailable"
        assert world.post(b"rubbish").reason == "log-unavailable"
        assert world.executed() == []
        assert len(world.entries()) == size
        world.stop("all")  # a stop may still be written
        assert len(world.entries()) == size + 1
        token = {"agent": "payer", "name": "more", "digest": "a" * 64}
        answer = world.send(world.signed("ana", "token", token))
        assert answer["error"]["code"] == "log-unavailable"
