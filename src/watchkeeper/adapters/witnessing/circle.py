"""All witnesses of a home, each asked at its own pace, in one thread with a loop of its own.

Rounds: a checkpoint is submitted to all of them before the next one is taken up, so that their
cosignatures meet on one checkpoint however unlike their pace is. A round ends when the quorum is
there, when every witness has answered or failed, or after a few seconds. What is not the target of
a round any more is forgotten: memory is bounded by the policy.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from watchkeeper.adapters.witnessing.coverage import Coverage
from watchkeeper.adapters.witnessing.door import Door, Prove, http_client
from watchkeeper.adapters.witnessing.policy import unreachable
from watchkeeper.adapters.witnessing.signed import Cosigned, Signed
from watchkeeper.errors import LedgerError, NotCovered, WitnessFailed, cut
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ledger.witness.cosignature import Cosignature, with_cosignatures
from watchkeeper.ledger.witness.policy import Policy, PolicyWitness
from watchkeeper.ports import Split, WitnessState
from watchkeeper.records.plan.tools import Level

ROUND_SECONDS = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
HURRIED_PAUSE = 1.0
"""How long a witness that failed is left alone, and how long where an action waits for it."""
LAST_WORD_SECONDS = 2.0
_log = logging.getLogger("watchkeeper.witness")


class Circle:
    """Has checkpoints witnessed. `submit`, `hurry`, `states` and `close` may come from any thread.

    A failure here is logged and shown, and reaches nobody else.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - made by the home's log alone
        self,
        policy: Policy,
        coverage: Coverage,
        prove: Prove,
        now: Callable[[], int],
        cosigned: Cosigned,
        tell: Callable[[tuple[WitnessState, ...]], None],
    ) -> None:
        self._policy, self._coverage = policy, coverage
        self._prove, self._now, self._cosigned, self._tell = prove, now, cosigned, tell
        self._states = {
            one.name: WitnessState(one.name, one.url or "") for one in policy.witnesses if one.url
        }
        self._newest: Signed | None = None
        self._target: Signed | None = None
        self._found: dict[VerifierKey, Cosignature] = {}
        self._answered: set[str] = set()
        self._since = 0.0
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._idle = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._tell_problem()
        self._thread = threading.Thread(target=self._run, name="watchkeeper-witness", daemon=True)
        self._thread.start()

    def submit(self, signed: Signed) -> None:
        """Have a checkpoint witnessed as soon as the round before it is over."""
        self._idle.clear()
        self._newest = signed
        self._call(self._advance)

    def hurry(self) -> None:
        """Somebody waits: look again which witness may be asked."""
        self._call(self._notify)

    def states(self) -> tuple[WitnessState, ...]:
        """Return how things stand with each witness."""
        return tuple(self._states.values())

    def close(self) -> None:
        """Give the witnesses a moment for the last checkpoint, then end."""
        if any(state.failure is None for state in self._states.values()):
            self._idle.wait(LAST_WORD_SECONDS)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(LAST_WORD_SECONDS)

    def _call(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended: so has the home
            self._loop.call_soon_threadsafe(act)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._ask_all())
        except Exception:  # noqa: BLE001 - the home goes on without witnesses, and says so
            _log.exception("the witnesses are not asked any more")
            self._coverage.set_problem(NotCovered("the witnesses are not asked any more"))

    async def _ask_all(self) -> None:
        async with http_client() as client:
            doors = [
                Door(client, one, self._prove, self._now)
                for one in self._policy.witnesses
                if one.url
            ]
            self._tasks = [asyncio.create_task(self._ask(door)) for door in doors]
            for task in self._tasks:
                task.add_done_callback(_ended)
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _ask(self, door: Door) -> None:
        """Ask one witness for good: whatever comes of it, the next checkpoint is asked for too."""
        done: Signed | None = None
        pause, asked_at = 0.0, -LONGEST_PAUSE
        while True:
            target = await self._next_for(done, asked_at, pause)
            asked_at = self._loop.time()
            if await self._asked(door, target):
                done, pause = target, 0.0
            else:
                pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2))
            if target is self._target:
                self._answered.add(door.witness.name)
            self._tell(self.states())
            self._advance()

    async def _next_for(self, done: Signed | None, asked_at: float, pause: float) -> Signed:
        """Wait until there is a checkpoint to ask for, and until the witness may be asked."""
        while True:
            changed, target = self._changed, self._target
            hurried = min(pause, HURRIED_PAUSE) if self._coverage.waits() else pause
            left = asked_at + hurried - self._loop.time()
            wanted = target is not None and target is not done
            if target is not None and wanted and left <= 0:
                return target
            with suppress(TimeoutError):
                async with asyncio.timeout(left if wanted else None):
                    await changed.wait()

    async def _asked(self, door: Door, target: Signed) -> bool:
        name = door.witness.name
        try:
            answer = await door.submit(target)
        except WitnessFailed as error:
            self._failed(name, error.message)
            return False
        except Exception as error:  # noqa: BLE001 - one witness must not end the others
            _log.exception("asking the witness %s failed", cut(name))
            self._failed(name, cut(error))
            return False
        if isinstance(answer, Split):
            self._split(name, answer)
            return False
        await self._signed(door.witness, target, answer)
        return True

    def _failed(self, name: str, why: str) -> None:
        before = self._states[name]
        if before.failure != why:
            _log.warning("witness %s: %s", cut(name), why)
        self._states[name] = replace(before, failure=why)

    def _split(self, name: str, split: Split) -> None:
        before = self._states[name]
        if before.split != split:
            _log.critical(
                "ANOTHER HISTORY of this log was witnessed: %s at size %d. Was this home cloned or "
                "restored? Nothing of level `witnessed` is released.", split.why, split.size,
            )  # fmt: skip
        self._states[name] = replace(before, failure=split.why, split=split)
        self._tell_problem()

    async def _signed(self, witness: PolicyWitness, target: Signed, found: Cosignature) -> None:
        before = self._states[witness.name]
        if before.failure is not None:
            _log.warning("witness %s cosigns again", cut(witness.name))
        self._states[witness.name] = replace(
            before, size=target.size, at=found.at, failure=None, split=None
        )
        if before.split is not None:
            self._tell_problem()
        if target is self._target:
            self._found[witness.key] = found
            await self._publish(target)

    async def _publish(self, target: Signed) -> None:
        holds = self._policy.quorum is not None and self._policy.holds(self._found)
        try:
            raw = with_cosignatures(target.raw, [one.line for one in self._found.values()])
            await asyncio.to_thread(self._cosigned, raw, quorum=holds)
        except (OSError, LedgerError) as error:
            _log.warning("a cosignature can not be published: %s", error)
            return
        if holds:
            self._coverage.reach(Level.WITNESSED, target.size)

    def _tell_problem(self) -> None:
        split = next((s.split for s in self._states.values() if s.split is not None), None)
        why = unreachable(self._policy)
        if split is not None:
            why = f"{split.why} (size {split.size})"
        self._coverage.set_problem(None if why is None else NotCovered(why))

    def _advance(self) -> None:
        """Take up the newest checkpoint if the round is over."""
        over = self._round_is_over()
        if over and self._newest is not self._target:
            self._target, self._since = self._newest, self._loop.time()
            self._found, self._answered = {}, set()
            self._loop.call_later(ROUND_SECONDS, self._advance)
        elif over:
            self._idle.set()
        self._notify()

    def _round_is_over(self) -> bool:
        well = {state.name for state in self._states.values() if state.failure is None}
        if self._target is None or self._answered >= well:
            return True
        late = self._loop.time() - self._since >= ROUND_SECONDS
        return late or (self._policy.quorum is not None and self._policy.holds(self._found))

    def _notify(self) -> None:
        """Let every witness's task look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _ended(task: asyncio.Task[None]) -> None:
    """A task ends when the home closes; for any other reason it is said."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("a witness is not asked any more", exc_info=error)
