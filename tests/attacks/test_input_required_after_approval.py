"""Approved on the page, then something changed: what comes back with the state is not done."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.worlds.gateway import World, open_till, refused
from tests.worlds.hosts import Asked, Host, asked
from tests.worlds.till_workspace import till_files


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose budget ends."""
    with open_till(tmp_path_factory.mktemp("own") / "world", grants={"total": 900}) as world:
        yield world


def _approved(till: World, amount: float, **more: object) -> Asked:
    first = Host(till).call("pay", to="z", amount=amount, **more)
    till.approve(first.handle)
    return first


def test_the_very_same_call_is_done_once(till: World) -> None:
    before = till.executed()
    first = _approved(till, 300)
    assert Host(till).again(first, "pay", to="z", amount=300).done
    done = {"name": "pay", "arguments": {"to": "z", "amount": 300}}
    assert till.executed()[len(before) :] == [done]
    allowed = [d for d in till.decisions() if d.escalation is None and d.verdicts]
    assert allowed[-1].escalated_by is not None


def test_changed_arguments_are_refused(till: World) -> None:
    first = _approved(till, 301)
    again = Host(till).again
    refused(till, lambda: again(first, "pay", to="z", amount=9000), "invalid-request")


def test_another_agent_is_refused(till: World) -> None:
    first = _approved(till, 302)
    again = Host(till, agent="other").again
    refused(till, lambda: again(first, "pay", to="z", amount=302), "invalid-request")


def test_a_replay_is_refused_and_later_asked_for_again(till: World) -> None:
    host, first = Host(till), _approved(till, 303)
    assert host.again(first, "pay", to="z", amount=303).done
    refused(till, lambda: host.again(first, "pay", to="z", amount=303), "invalid-request")
    assert host.call("pay", to="z", amount=303).handle != first.handle


def test_a_fact_that_changed_is_asked_again(till: World) -> None:
    host, first = Host(till), _approved(till, 304)
    till.mood(account={"limit": 99_999.0})
    before = till.executed()
    second = asked(host.again(first, "pay", to="z", amount=304))
    assert second.handle != first.handle
    assert till.executed() == before


def test_a_hard_rule_that_holds_now_refuses(till: World) -> None:
    host, first = Host(till), _approved(till, 305)
    till.mood(account={"open": False})
    refused(till, lambda: host.again(first, "pay", to="z", amount=305), "forbidden")


def test_a_stop_refuses(till: World) -> None:
    host, first = Host(till), _approved(till, 306)
    till.stop("tool:till/pay")
    try:
        before = till.executed()
        assert host.again(first, "pay", to="z", amount=306).reason == "stopped"
        assert till.executed() == before
    finally:
        till.resume("tool:till/pay")


def test_a_budget_that_is_used_up_and_then_another_release_refuse(own: World) -> None:
    host = Host(own)
    first, second = _approved(own, 500, note="1"), _approved(own, 500, note="2")
    assert host.again(first, "pay", to="z", amount=500, note="1").done
    again = lambda: host.again(second, "pay", to="z", amount=500, note="2")  # noqa: E731
    refused(own, again, "no-authority")
    third = _approved(own, 300)
    own.release(till_files(own.till, own.keys, grants={"total": 901}))
    before = own.executed()
    assert host.again(third, "pay", to="z", amount=300).reason == "voided"
    assert own.executed() == before


def test_an_approval_that_comes_too_late_is_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    def soon(folder: object, keys: object, **_: object) -> dict[str, str]:
        files = till_files(folder, keys)  # type: ignore[arg-type]
        name = "policies/till/all.review.cedar"
        return {**files, name: files[name].replace('"1h"', '"6s"')}

    with open_till(tmp_path_factory.mktemp("soon") / "world", soon) as world:
        first = Host(world).call("drop", what="late")
        world.approve(first.handle)
        time.sleep(6.1)
        assert Host(world).again(first, "drop", what="late").reason == "expired"
        assert world.executed() == []
