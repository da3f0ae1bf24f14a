"""Waiting for a result: woken by the verdict, bounded, and nonsense is refused."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.worlds.gateway import World, refused


def test_it_answers_once_somebody_did(till: World) -> None:
    handle = till.call("drop", what="polled").handle
    soon = threading.Timer(0.5, till.approve, (handle,))
    soon.start()
    began = time.monotonic()
    reply = till.call("watchkeeper_result", handle=handle, wait=60)
    soon.join()
    assert reply.done
    assert time.monotonic() - began < 30
    assert till.executed()[-1]["arguments"] == {"what": "polled"}


def test_it_answers_when_nobody_did(till: World) -> None:
    handle = till.call("drop", what="alone").handle
    began = time.monotonic()
    reply = till.call("watchkeeper_result", handle=handle, wait=0.5)
    assert reply.reason == "review-required"
    assert time.monotonic() - began >= 0.5


def test_many_wait_and_it_is_carried_out_once(till: World) -> None:
    handle = till.call("drop", what="many").handle
    before, replies = len(till.executed()), []

    def wait() -> None:
        replies.append(till.call("watchkeeper_result", handle=handle, wait=30))

    threads = [threading.Thread(target=wait) for _ in range(6)]
    for thread in threads:
        thread.start()
    till.approve(handle)
    for thread in threads:
        thread.join()
    assert any(reply.done for reply in replies)
    assert {r.reason for r in replies if not r.done} <= {"effect-unknown"}
    assert len(till.executed()) == before + 1


@pytest.mark.parametrize("wait", [-1, 61, 1e300, True, None, "1", [], {}])
def test_nonsense_is_refused(till: World, wait: Any) -> None:
    handle = till.call("drop", what=f"wait {wait}").handle
    ask = lambda: till.call("watchkeeper_result", handle=handle, wait=wait)  # noqa: E731
    refused(till, ask, "invalid-request")
