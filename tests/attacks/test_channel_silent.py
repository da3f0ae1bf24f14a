"""A channel that takes nothing: tried again, recorded, shown, gone past; and heard again."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.worlds.bank import Bank, bank_bundle, pay
from tests.worlds.pages import Desk
from tests.worlds.sinks import PASSWORD, Sinks, open_sinks
from watchkeeper.adapters.notices import AppriseNotifier
from watchkeeper.do.state.parts import Channels
from watchkeeper.enforcement import notices
from watchkeeper.loop.notices.board import LATER, RETRIES, Board, silent_channels
from watchkeeper.loop.steps import Escalated
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing, Silence
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Channel, Rung


@pytest.fixture
def sinks() -> Iterator[Sinks]:
    with open_sinks() as sinks:
        yield sinks


def telling(bundle: Bundle) -> Bundle:
    return replace(
        bundle,
        channels={"web": Channel("web"), "mail": Channel("mail")},
        on_call={"lead": (Rung(0, ("web",)), Rung(900, ("mail",)))},
    )


@dataclass
class Telling:
    """A bank whose people are told, by a driver that runs; `failed` is what it noted."""

    bank: Bank
    sinks: Sinks
    addresses: dict[str, str]
    failed: list[str] = field(default_factory=list)

    def asks(self, amount: int = 300) -> str:
        answer = self.bank.ask(pay(amount))
        assert isinstance(answer, Escalated)
        return answer.handle

    async def until(self, what: Callable[[], Any], seconds: float = 45) -> None:
        async with asyncio.timeout(seconds):
            while not what():  # noqa: ASYNC110 - it happens in threads and in a home
                await asyncio.sleep(0.01)

    def said(self) -> list[ChannelRecord]:
        entries = self.bank.entries()
        return [e.record.predicate for e in entries if e.record.kind is Kind.CHANNEL]

    async def failing(self, *pauses: float) -> None:
        """Let it be tried again after each pause, which begins when a failure is noted."""
        for pause in pauses:
            before = self.failed.count("web")
            self.bank.clock.advance(pause)
            await self.until(lambda before=before: self.failed.count("web") > before)

    async def fails_through(self) -> None:
        """Let it be tried, and every retry too."""
        await self.failing(3, *RETRIES)
        await self.until(self.said)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        notifier = AppriseNotifier(self.addresses.__getitem__)
        work = notices.keep_telling(self.bank.home, notifier, "http://localhost:8932")
        task = asyncio.create_task(work)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
def world(sinks: Sinks, monkeypatch: pytest.MonkeyPatch) -> Telling:
    monkeypatch.setattr(notices, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(notices, "QUIET_SECONDS", 0.01)
    addresses = {"web": sinks.web_url, "mail": sinks.mail_url}
    told, note = Telling(Bank(telling(bank_bundle())), sinks, addresses), Board.failed

    def failed(board: Board, channel: str, why: Silence) -> None:
        note(board, channel, why)
        told.failed.append(channel)

    monkeypatch.setattr(Board, "failed", failed)
    return told


async def test_it_is_tried_again_and_then_silent(
    world: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    world.sinks.status = 503
    async with world.running():
        handle, began = world.asks(), world.bank.home.now().plus(3)
        await world.fails_through()
        [silent] = world.said()
        assert (silent.channel, silent.state) == ("web", Hearing.SILENT)
        assert (silent.failures, silent.why) == (5, Silence.NOT_TAKEN)
        assert began <= silent.since < silent.at
        # Past it the next rung is told at once, though its time has not come.
        await world.until(lambda: world.sinks.mails)
        assert f"/e/{handle}" in world.sinks.texts[0]
        # It is tried on, and heard again.
        world.sinks.status = 200
        world.bank.clock.advance(LATER)
        await world.until(lambda: len(world.said()) == 2)
    heard = world.said()[1]
    assert (heard.state, heard.since, heard.failures) == (Hearing.HEARD, silent.since, 5)
    assert silent_channels(world.bank.home) == ()
    assert PASSWORD not in caplog.text
    assert "by channel web: not-taken" in caplog.text


async def test_it_is_silent_once_however_long(world: Telling) -> None:
    world.sinks.status = 500
    async with world.running():
        world.asks()
        await world.fails_through()
        await world.failing(*[LATER] * 3)
    assert len(world.said()) == 1


async def test_who_starts_again_knows_that_it_is_silent_and_tells_again(world: Telling) -> None:
    world.sinks.status = 500
    async with world.running():
        world.asks()
        await world.fails_through()
    world.bank.crash()
    assert world.bank.home.state.part(Channels).silent.keys() == {"web"}
    world.sinks.status = 200
    told = len(world.sinks.posts)
    async with world.running():
        await world.until(lambda: len(world.said()) == 2)
    assert len(world.sinks.posts) == told + 1, "what waited before the start is told after it"


async def test_a_channel_without_an_address(world: Telling) -> None:
    world.addresses["web"] = ""
    async with world.running():
        world.asks()
        await world.fails_through()
    assert world.said()[0].why is Silence.NO_ADDRESS


async def test_one_that_hangs_holds_up_no_other(
    world: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "SENDING_SECONDS", 0.2)
    before = set(threading.enumerate())
    world.sinks.delay = 60
    world.addresses["web"] += "?rto=60"
    plan = world.bank.home.enforcer.bundle
    world.bank.release(replace(plan, on_call={"lead": (Rung(0, ("web", "mail")),)}))
    async with world.running():
        world.asks()
        await world.failing(3)
        await world.until(lambda: world.sinks.mails)
        await world.until(lambda: world.sinks.posts)
        await world.failing(*RETRIES)
        await world.until(world.said)
    assert world.said()[0].why is Silence.TOO_SLOW
    assert len(world.sinks.posts) == 1, "it is not asked again while it still takes its time"
    hanging = [one for one in threading.enumerate() if one not in before]
    assert any(one.name == "notice" for one in hanging)
    # A pool's threads say that they are daemons too, and the process waits for them all the same.
    assert not any(one.name.startswith("ThreadPool") for one in hanging), hanging
    assert all(one.daemon for one in hanging)


async def test_the_inbox_and_its_json_say_so(sinks: Sinks) -> None:
    desk = Desk("http://localhost:8932")
    desk.bank.release(telling(desk.bank.home.enforcer.bundle))
    board = Board(desk.bank.home)
    for _ in range(len(RETRIES) + 1):
        board.failed("web", Silence.NOT_TAKEN)
    found = desk.get("/api/v1/escalations").json()["silent"]
    assert [(one["name"], one["why"]) for one in found] == [("web", "not-taken")]
    assert "Nobody is told by <bdi>web</bdi>" in desk.get("/").text
    # A plan that names it no more has nothing to say of it.
    desk.bank.release(replace(desk.bank.home.enforcer.bundle, channels={}, on_call={}))
    assert "Nobody is told" not in desk.get("/").text


async def test_a_log_that_fails_just_then_says_it_later(world: Telling) -> None:
    world.sinks.status = 500
    async with world.running():
        world.asks()
        world.bank.log.broken = True
        await world.failing(3, *RETRIES, LATER)
        assert world.said() == []
        world.bank.log.broken = False
        assert world.bank.home.heal()
        world.bank.clock.advance(LATER)
        await world.until(world.said)
    assert world.said()[0].failures > len(RETRIES) + 1


async def test_a_test_notice(world: Telling) -> None:
    async with world.running():
        await world.until(lambda: world.bank.home.trials.served)
        with pytest.raises(Exception, match="there is no channel"):
            world.bank.tell("ana", "try-channel", channel="nope")
        with pytest.raises(Exception, match="does not hold the role"):
            world.bank.tell("ben", "try-channel", channel="mail")
        world.bank.tell("ana", "try-channel", channel="mail")
        await world.until(lambda: world.sinks.mails)
        await world.until(lambda: world.bank.home.trials.outcomes["mail"])
        listed = {one["channel"]: one for one in world.bank.tell("ben", "channels")}
        assert listed["mail"]["trial"]["why"] is None
        assert (listed["mail"]["state"], listed["web"]["state"]) == ("heard", "not used yet")
    assert "A test of this channel" in world.sinks.texts[0]
    with pytest.raises(Exception, match="no gateway runs"):
        world.bank.tell("ana", "try-channel", channel="mail")
