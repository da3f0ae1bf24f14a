"""What waits for a slow reader: bounded, in order, and never without its last word."""

from __future__ import annotations

import asyncio

from watchkeeper.enforcement.upstream.box import MOST, MOST_BYTES, Box


async def _all(box: Box[int]) -> list[int]:
    found = []
    while (item := await box.get()) >= 0:
        found.append(item)
    return found


async def test_the_oldest_is_left_out_and_the_rest_keeps_its_order() -> None:
    box: Box[int] = Box()
    for number in range(3 * MOST):
        box.put(number)
    box.put(-1, always=True)
    found = await _all(box)
    assert found == list(range(2 * MOST + 1, 3 * MOST))
    assert box.left_out == 2 * MOST + 1


async def test_bytes_count_too() -> None:
    box: Box[int] = Box()
    for number in range(10):
        box.put(number, MOST_BYTES // 4)
    box.put(-1, always=True)
    assert await _all(box) == [6, 7, 8, 9]


async def test_what_is_always_kept_stays_whatever_comes() -> None:
    box: Box[int] = Box()
    box.put(0, MOST_BYTES, always=True)
    for number in range(1, 3 * MOST):
        box.put(number, 1000)
    box.put(-1, 16 << 20, always=True)
    assert (await _all(box))[0] == 0


async def test_one_that_is_too_large_is_still_told_where_it_is_alone() -> None:
    box: Box[int] = Box()
    box.put(5, 2 * MOST_BYTES)
    assert await box.get() == 5


async def test_who_waits_hears_at_once_and_nothing_is_kept_for_who_has_gone() -> None:
    box: Box[int] = Box()
    waits = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.put(1)
    assert await waits == 1
    box.put(2)
    box.close()
    box.put(3, always=True)
    assert not box._items
