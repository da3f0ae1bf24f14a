"""Checking entries in several processes, in the order of the log."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import cpu_count, get_context

from watchkeeper.verify.entries import Checked, Job, check_entries

POOL_FROM = 8
"""Bundles from which on it pays to start processes."""
_WIDTH = 256


def checked_in_order(
    jobs: Iterable[Job], size: int, keys: Mapping[str, bytes], workers: int | None
) -> Iterator[tuple[Job, Checked]]:
    """Yield every job of `size` entries in all, checked, in order; a few are in flight at a time.

    `keys` grows while what was yielded before is taken up.
    """
    count = workers or cpu_count()
    if count < 2 or size < POOL_FROM * _WIDTH:
        for job in jobs:
            yield job, check_entries(job)
        return
    with _pool(count) as pool:
        for job, checked in _in_order(pool, jobs, count * 3):
            yield job, _checked_again(job, checked, keys)


def _checked_again(job: Job, checked: Checked, keys: Mapping[str, bytes]) -> Checked:
    """Return what was found, looked at again if a key came up while it was being checked."""
    if checked.strangers and job.keys != keys:
        return check_entries(Job(job.first, job.entries, dict(keys)))
    return checked


def _in_order(pool: Executor, jobs: Iterable[Job], in_flight: int) -> Iterator[tuple[Job, Checked]]:
    waiting: deque[tuple[Job, Future[Checked]]] = deque()
    for job in jobs:
        waiting.append((job, pool.submit(check_entries, job)))
        if len(waiting) >= in_flight:
            done, future = waiting.popleft()
            yield done, future.result()
    for done, future in waiting:
        yield done, future.result()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    # Forking is quicker, but not safe in a process that has threads.
    kind = "fork" if threading.active_count() == 1 else "spawn"
    pool = ProcessPoolExecutor(workers, mp_context=get_context(kind))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
