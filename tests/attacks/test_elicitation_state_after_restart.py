"""A restart makes no state good again: one of before is changed for a new one, or is refused."""

from __future__ import annotations

from tests.worlds.gateway import World, refused
from tests.worlds.hosts import Asked, Host


def _new(host: Host, before: Asked, what: str) -> Asked:
    found = Asked(host.again(before, "drop", what=what).result)
    assert found.result["resultType"] == "input_required"
    assert "inputRequests" not in found.result
    return found


def test_what_waited_goes_on_with_a_new_state(till: World) -> None:
    host = Host(till)
    first, done = host.call("drop", what="after"), host.call("drop", what="done")
    till.approve(first.handle)
    till.approve(done.handle)
    assert host.again(done, "drop", what="done").done
    till.kill()
    till.start()
    before = till.executed()
    new = _new(host, first, "after")
    assert till.executed() == before
    refused(till, lambda: host.again(first, "drop", what="after"), "invalid-request")
    refused(till, lambda: host.again(done, "drop", what="done"), "invalid-request")
    assert host.again(new, "drop", what="after").done
    refused(till, lambda: host.again(new, "drop", what="after"), "invalid-request")
    assert len(till.executed()) == len(before) + 1


def test_what_was_used_before_it_releases_nothing_after_it(till: World) -> None:
    host = Host(till)
    first = host.call("drop", what="used")
    host.again(first, "drop", what="used")
    till.kill()
    till.start()
    new = _new(host, first, "used")
    till.refuse(first.handle)
    assert host.again(new, "drop", what="used").reason == "refused-by-reviewer"
