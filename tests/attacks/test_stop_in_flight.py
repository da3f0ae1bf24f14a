"""A stop while calls are under way: what only reads is broken off, what writes ends on record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.worlds.gateway import Reply, World, open_till
from tests.worlds.till_workspace import till_files
from watchkeeper.records.action import EffectRecord, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


def _begun(call: Callable[[], Reply]) -> tuple[threading.Thread, list[Reply]]:
    told: list[Reply] = []
    thread = threading.Thread(target=lambda: told.append(call()))
    thread.start()
    return thread, told


def _under_way(till: World) -> None:
    """Wait until the till has the call."""
    while not (till.till / "holding").exists():
        time.sleep(0.01)
    (till.till / "holding").unlink()


def _last_effect(till: World) -> EffectRecord:
    return till.effects()[-1]


def _stop_index(till: World) -> int:
    return [e.ref.index for e in till.entries() if e.record.kind is Kind.STOP][-1]


def test_what_writes_ends_and_is_recorded_as_after_the_stop(till: World) -> None:
    till.mood(send="hold")
    thread, told = _begun(lambda: till.call("send", to="a", text="flying"))
    _under_way(till)
    till.stop("tool:till/send")
    till.mood()
    thread.join(30)
    till.resume("tool:till/send")
    assert told[0].done
    effect = _last_effect(till)
    assert effect.status is Status.SUCCEEDED
    assert effect.after_stop is not None
    assert effect.after_stop.index == _stop_index(till)
    assert verify_log(till.home / "log", workers=1).findings == ()


def test_what_a_stop_does_not_take_hold_of_is_not_marked(till: World) -> None:
    till.mood(send="hold")
    thread, told = _begun(lambda: till.call("send", to="a", text="apart"))
    _under_way(till)
    till.stop("agent:other")
    till.mood()
    thread.join(30)
    till.resume("agent:other")
    assert told[0].done
    assert _last_effect(till).after_stop is None


def test_what_only_reads_is_broken_off(till: World) -> None:
    till.mood(look="hang")
    thread, told = _begun(lambda: till.call("look", to="a"))
    while not any(d.tool == "look" for d in till.decisions()):
        time.sleep(0.05)
    till.stop("agent:payer")
    thread.join(30)
    till.mood()
    till.resume("agent:payer")
    assert told[0].reason == "stopped"
    effect = _last_effect(till)
    assert effect.status is Status.FAILED
    assert effect.after_stop is not None


def test_what_may_be_broken_off_and_does_not_answer_stays_unknown(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def breakable(folder: Path, keys: Mapping[str, str]) -> dict[str, str]:
        files = till_files(folder, keys)
        tools = files["tools/till.yaml"].replace("drop: {", "drop: {cancel: true, ")
        _, mark, reviews = files["policies/till/all.review.cedar"].partition('@id("erases-review")')
        reviews = mark + reviews
        return {**files, "tools/till.yaml": tools, "policies/till/all.review.cedar": reviews}

    with open_till(tmp_path_factory.mktemp("break") / "world", breakable) as world:
        world.mood(drop="hold")
        thread, told = _begun(lambda: world.call("drop", what="broken off"))
        _under_way(world)
        world.stop()
        thread.join(30)
        assert told[0].reason == "effect-unknown"
        assert [open_["tool"] for open_ in world.ask("ana", "unknown", {})] == ["till/drop"]
