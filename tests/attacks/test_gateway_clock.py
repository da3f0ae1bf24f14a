"""A clock that goes backwards or leaps: nothing is allowed until a person accepts it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.worlds.gateway import World, make_world
from tests.worlds.memory import FakeClock
from tests.worlds.till_workspace import server_module
from watchkeeper import wiring
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Refused
from watchkeeper.records.action import Boundary, Point, Reason, Status
from watchkeeper.records.people import Command

PINS = {d["name"]: tool_pin(d) for d in server_module("till").definitions()}
HOUR = 3600.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], World]:
    def make() -> World:
        return make_world(tmp_path_factory.mktemp("clock") / "world")

    return make


@contextmanager
def _kernel(world: World, clock: FakeClock) -> Iterator[Kernel]:
    log = wiring.open_log(world.home)
    try:
        home = Home(log, clock, wiring.ids())
        home.pins = {("till", name): pin for name, pin in PINS.items()}
        yield Kernel(home, Point("mcp-gateway", Boundary.EXCLUSIVE))
    finally:
        log.close()


def _give(kernel: Kernel, amount: float) -> Answer:
    call = Call("payer", "tools/call", "till", "give", {"amount": amount})
    admitted = kernel.admit(call)
    answer = kernel.decide(admitted) if isinstance(admitted, Admitted) else admitted
    if isinstance(answer, Allowed | Refused) and answer.ticket is not None:
        answer.ticket.wait(30)
    return answer


def _done(kernel: Kernel, amount: float) -> None:
    answer = _give(kernel, amount)
    assert isinstance(answer, Allowed), answer
    assert kernel.may_release(answer) is None
    kernel.finish(answer, Status.SUCCEEDED, kernel.home.now(), {"content": []}).wait(30)


def _reason(answer: Answer) -> Reason:
    assert isinstance(answer, Refused), answer
    return answer.reason


def _now() -> FakeClock:
    return FakeClock(wiring.clock().wall())


@pytest.mark.parametrize("seconds", [61.0, -61.0, HOUR, -HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR])
def test_a_clock_that_leaps_stops_everything(made: Callable[[], World], seconds: float) -> None:
    """A leap forward would empty the windows of budgets, one back would make them endless."""
    world, clock = made(), _now()
    with _kernel(world, clock) as kernel:
        _done(kernel, 90.0)
        assert _reason(_give(kernel, 20.0)) is Reason.NO_AUTHORITY
        clock.leap(seconds)
        assert _reason(_give(kernel, 20.0)) is Reason.CLOCK_UNSURE
        clock.advance(25 * HOUR)
        assert _reason(_give(kernel, 1.0)) is Reason.CLOCK_UNSURE
    times = [entry.record.predicate.at for entry in world.entries()]
    assert times == sorted(times)


@pytest.mark.parametrize("seconds", [70.0, -70.0])
def test_an_action_on_its_way_is_not_released_after_a_leap(
    made: Callable[[], World], seconds: float
) -> None:
    world = made()
    clock = _now()
    with _kernel(world, clock) as kernel:
        allowed = _give(kernel, 1.0)
        assert isinstance(allowed, Allowed)
        clock.leap(seconds)
        assert kernel.may_release(allowed) is Reason.CLOCK_UNSURE


@pytest.mark.parametrize("seconds", [-HOUR, 8 * 24 * HOUR])
def test_a_clock_that_was_set_while_nothing_ran_is_found_at_the_start(
    made: Callable[[], World], seconds: float
) -> None:
    world, clock = made(), _now()
    with _kernel(world, clock) as kernel:
        _done(kernel, 1.0)
    clock.leap(seconds)
    clock.boot()
    with _kernel(world, clock) as kernel:
        assert _reason(_give(kernel, 1.0)) is Reason.CLOCK_UNSURE


def test_small_steps_never_add_up_to_a_leap(made: Callable[[], World]) -> None:
    """An hour gained in steps of seconds is still an hour."""
    world = made()
    clock = _now()
    with _kernel(world, clock) as kernel:
        reasons = set()
        for _ in range(90):
            clock.advance(1.0)
            clock.leap(40.0)
            answer = _give(kernel, 0.01)
            reasons.add(answer.reason if isinstance(answer, Refused) else None)
        assert Reason.CLOCK_UNSURE in reasons


def _accept(world: World, kernel: Kernel, person: str) -> None:
    home = kernel.home
    body = Command(
        home.log.origin, person, "accept-clock", secrets.token_hex(16), home.clock.wall(), {}
    )
    Commands(kernel).run(seal_command(body, world.people[person].signer), {})


def test_only_a_role_holder_accepts_the_clock(made: Callable[[], World]) -> None:
    world, clock = made(), _now()
    with _kernel(world, clock) as kernel:
        _done(kernel, 90.0)
        clock.leap(HOUR)
        assert _reason(_give(kernel, 1.0)) is Reason.CLOCK_UNSURE
        with pytest.raises(WatchkeeperError) as refused:
            _accept(world, kernel, "ben")
        assert refused.value.code == "not-authorised"
        assert _reason(_give(kernel, 1.0)) is Reason.CLOCK_UNSURE
        _accept(world, kernel, "ana")
        _done(kernel, 1.0)
        assert _reason(_give(kernel, 20.0)) is Reason.NO_AUTHORITY  # the budget was not forgotten
