"""Sessions end: signed out, rested, aged; or when their person or passkey counts no more."""

from __future__ import annotations

from dataclasses import replace

from tests.worlds.bank import bank_bundle
from tests.worlds.memory import CountedIds, FakeClock
from tests.worlds.people import Passholder
from watchkeeper.console.signin.session import IDLE, LONGEST, LONGEST_BY_CODE, Sessions
from watchkeeper.do.state.authority import Authority
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console

BEN = Passholder("ben")


class _World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.authority = Authority({}, {"lead": ("ben", "cara")}, {"ben": (BEN.passkey,)})
        self.console: Console | None = None
        self.sessions = Sessions(self.clock, CountedIds(), lambda: self.authority, self._plan)

    def _plan(self) -> Bundle:
        return replace(bank_bundle(), console=self.console)


def test_a_session_is_found_by_its_token_alone() -> None:
    world = _World()
    token = world.sessions.open("ben", "passkey", keyid=BEN.keyid)
    found = world.sessions.find(token)
    assert found is not None
    assert (found.person, found.how, found.may_only_enrol) == ("ben", "passkey", False)
    assert world.sessions.find(found.csrf) is None
    assert world.sessions.find("") is None
    assert world.sessions.open("ben", "passkey") != token


def test_it_ends_when_it_is_ended() -> None:
    world = _World()
    one, other = world.sessions.open("ben", "openid"), world.sessions.open("cara", "openid")
    world.sessions.end(one)
    assert world.sessions.find(one) is None
    assert world.sessions.find(other) is not None
    world.sessions.end_person("cara")
    assert world.sessions.find(other) is None


def test_it_ends_by_resting_and_by_age() -> None:
    world = _World()
    rested = world.sessions.open("ben", "openid")
    used = world.sessions.open("ben", "openid")
    for _ in range(LONGEST // (IDLE - 1)):
        world.clock.advance(IDLE - 1)
        assert world.sessions.find(used) is not None
    assert world.sessions.find(rested) is None
    world.clock.advance(IDLE - 1)
    assert world.sessions.find(used) is None


def test_the_plan_says_how_long_and_at_once() -> None:
    world = _World()
    used, rested = (world.sessions.open("ben", "openid") for _ in range(2))
    world.clock.advance(100)
    assert world.sessions.find(used) is not None
    world.console = Console("https://watch.example", session_seconds=250, idle_seconds=100)
    assert world.sessions.longest() == 250
    assert world.sessions.find(rested) is None
    world.clock.advance(99)
    assert world.sessions.find(used) is not None
    world.clock.advance(51)
    assert world.sessions.find(used) is None


def test_a_clock_that_is_set_back_lengthens_none() -> None:
    world = _World()
    token = world.sessions.open("ben", "openid")
    world.clock.advance(IDLE)
    world.clock.leap(-10 * LONGEST)
    assert world.sessions.find(token) is None


def test_one_opened_by_a_code_is_short_and_may_only_enrol() -> None:
    world = _World()
    token = world.sessions.open("ben", "code")
    found = world.sessions.find(token)
    assert found is not None
    assert found.may_only_enrol
    world.clock.advance(LONGEST_BY_CODE)
    assert world.sessions.find(token) is None


def test_it_ends_when_a_release_takes_the_person_out() -> None:
    world = _World()
    token = world.sessions.open("cara", "openid")
    world.authority = Authority({}, {"lead": ("ben",)}, {"ben": (BEN.passkey,)})
    assert world.sessions.find(token) is None


def test_it_ends_with_the_passkey_that_opened_it() -> None:
    world = _World()
    token = world.sessions.open("ben", "passkey", keyid=BEN.keyid)
    world.authority = Authority({}, {"lead": ("ben",)}, {"ben": (Passholder("eve").passkey,)})
    assert world.sessions.find(token) is None


def test_what_is_over_is_forgotten() -> None:
    world = _World()
    for _ in range(5):
        world.sessions.open("ben", "openid")
    world.clock.advance(IDLE)
    world.sessions.sweep()
    assert len(world.sessions) == 0
