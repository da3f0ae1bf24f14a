"""Work that takes long is done once for all who ask, and rests before it is done again."""

import asyncio

from watchkeeper.console.once import RESTS, Once


class Slow:
    """Work that takes a second of a clock that only it moves."""

    def __init__(self) -> None:
        self.now, self.done = 0, 0

    def clock(self) -> int:
        return self.now

    def work(self) -> int:
        self.now += 1_000_000
        self.done += 1
        return self.done


def test_it_is_done_once_for_one_key_and_again_for_another_when_it_has_rested() -> None:
    slow = Slow()

    async def asked() -> None:
        once = Once(slow.clock)
        found = await asyncio.gather(*(once.get(1, slow.work) for _ in range(5)))
        assert found == [1] * 5
        assert await once.get(2, slow.work) == 1
        slow.now += RESTS * 1_000_000
        assert await once.get(1, slow.work) == 1
        assert await once.get(3, slow.work) == 2

    asyncio.run(asked())


def test_what_failed_is_tried_again() -> None:
    slow = Slow()

    def fails() -> int:
        slow.work()
        raise OSError

    async def asked() -> None:
        once = Once(slow.clock)
        for _ in range(2):
            try:
                await once.get(1, fails)
            except OSError:
                continue
            raise AssertionError
        assert await once.get(1, slow.work) == 3

    asyncio.run(asked())
