"""Notices while a gateway runs: what is due is sent, tried again, and a silent channel recorded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from watchkeeper.loop.home import Home
from watchkeeper.loop.notices.board import Board
from watchkeeper.loop.notices.due import Step
from watchkeeper.loop.notices.words import notice_of, trial_notice
from watchkeeper.loop.trials import Outcome
from watchkeeper.ports.people import Notice, Notifier
from watchkeeper.records.oversight import Silence

LOOK_SECONDS = 0.5
SENDING_SECONDS = 60.0
REST_SECONDS = 10.0
QUIET_SECONDS = 2.0
"""How often it is looked what is due, how long a notice may take, the rest after a fault, and how
often it is looked where nothing was recorded: a thousand that wait take some milliseconds."""
_log = logging.getLogger("watchkeeper.notices")


async def keep_telling(home: Home, notifier: Notifier, console: str | None) -> None:
    """Tell people what waits for them, until cancelled; `console` is where they open it."""
    teller = _Teller(home, notifier, console)
    home.trials.served = True
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                teller.look()
            except Exception:  # noqa: BLE001 - whatever it is, nobody would be told any more
                _log.exception("a look at what is due failed")
                await asyncio.sleep(REST_SECONDS)
    finally:
        home.trials.served = False
        await teller.close()


@dataclass(slots=True)
class _Sending:
    """A notice under way, the steps that it tells of, and whether somebody tries the channel."""

    channel: str
    steps: tuple[Step, ...]
    trial: bool


class _Teller:
    def __init__(self, home: Home, notifier: Notifier, console: str | None) -> None:
        self._home, self._notifier, self._console = home, notifier, console
        self._board = Board(home)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._looked: tuple[int, float] = (-1, 0.0)

    def look(self) -> None:
        """Begin to send whatever is due, one notice a channel at a time."""
        for name in self._home.trials.take():
            if not self._begin(_Sending(name, (), trial=True), trial_notice(self._console)):
                self._home.trials.ask(name)
        for bell in self._board.due() if self._is_time() else ():
            sending = _Sending(bell.channel, bell.steps, trial=False)
            self._begin(sending, notice_of(bell, self._console))

    def _is_time(self) -> bool:
        size, now = self._home.log.size, asyncio.get_running_loop().time()
        if size == self._looked[0] and now - self._looked[1] < QUIET_SECONDS:
            return False
        self._looked = (size, now)
        return True

    async def close(self) -> None:
        """Let go of what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _begin(self, sending: _Sending, notice: Notice) -> bool:
        channel = sending.channel
        says = self._home.enforcer.bundle.channels.get(channel)
        if says is None or channel in self._under_way:
            return says is None
        work = self._send(sending, says.address, notice)
        self._under_way[channel] = asyncio.create_task(work)
        return True

    async def _send(self, sending: _Sending, address: str, notice: Notice) -> None:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Silence | None] = loop.create_future()

        def answer(why: Silence | None) -> None:
            if not answered.done():
                answered.set_result(why)

        def done(why: Silence | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(answer, why)

        try:
            self._notifier.tell(address, notice, done)
            async with asyncio.timeout(SENDING_SECONDS):
                why = await answered
        except TimeoutError:
            why = Silence.TOO_SLOW
        finally:
            del self._under_way[sending.channel]
        self._note(sending, why)

    def _note(self, sending: _Sending, why: Silence | None) -> None:
        channel, steps = sending.channel, sending.steps
        if sending.trial:
            self._home.trials.outcomes[channel] = Outcome(self._home.now(), why)
        if why is None:
            self._board.heard(channel, steps)
        elif not sending.trial:
            self._board.failed(channel, why)
            _log.warning("a notice did not go out by channel %s: %s", channel, why.value)
