"""A permit is used once: in this process, after a restart, in others, after a fork, at once."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.permits import Maker
from watchkeeper.permit import PermitInvalid, UsedFile

ARGS = {"amount": 10}
UNTIL = 4_000_000_000
TRIES = 40


def test_the_second_time_it_is_none(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    permits, token = maker.permits(), maker.permit("pay", ARGS)
    permits.check(token, "tools/call", "pay", ARGS)
    with pytest.raises(PermitInvalid, match="was used"):
        permits.check(token, "tools/call", "pay", ARGS)


def test_nor_after_a_restart(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    maker.permits().check(token, "tools/call", "pay", ARGS)
    with pytest.raises(PermitInvalid) as error:
        maker.permits().check(token, "tools/call", "pay", ARGS)
    assert error.value.reason == "used"


def test_nor_spelt_otherwise(tmp_path: Path) -> None:
    # The last letter of base64 holds bits that nobody reads: another spelling, the same permit.
    maker = Maker(tmp_path)
    token = maker.permit("pay", ARGS)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + letters[letters.index(token[-1]) ^ 1]
    permits = maker.permits()
    permits.check(token, "tools/call", "pay", ARGS)
    with pytest.raises(PermitInvalid) as error:
        permits.check(other, "tools/call", "pay", ARGS)
    assert error.value.reason in {"used", "forged", "malformed"}


def test_by_many_threads_at_once(tmp_path: Path) -> None:
    store, taken = UsedFile(tmp_path / "used"), list[int]()

    def take() -> None:
        taken.extend(n for n in range(TRIES) if store.take(f"id-{n}", UNTIL))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(TRIES))


_TAKE_ALL = """
import json, sys
from pathlib import Path
from watchkeeper.permit import UsedFile
store = UsedFile(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([n for n in range(int(sys.argv[2])) if store.take(f"id-{n}", 4_000_000_000)]))
"""


def test_by_several_processes(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _TAKE_ALL, str(tmp_path / "used"), str(TRIES)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with contextlib.ExitStack() as stack:
        two = [stack.enter_context(subprocess.Popen(words, text=True, **pipes)) for _ in range(2)]
        for one in two:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in two:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        taken = [n for one in two for n in json.loads(one.communicate(timeout=60)[0])]
    assert sorted(taken) == list(range(TRIES))


def _take_all(pipe: Any, store: UsedFile) -> None:
    pipe.put([n for n in range(TRIES) if store.take(f"id-{n}", UNTIL)])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_by_processes_that_were_forked_with_the_store_open(tmp_path: Path) -> None:
    store = UsedFile(tmp_path / "used")
    assert store.take("before", UNTIL)
    context = multiprocessing.get_context("fork")
    pipe = context.Queue()
    processes = [context.Process(target=_take_all, args=(pipe, store)) for _ in range(2)]
    for process in processes:
        process.start()
    taken = [n for n in range(TRIES) if store.take(f"id-{n}", UNTIL)]
    taken += [n for _ in processes for n in pipe.get(timeout=60)]
    for process in processes:
        process.join()
    assert sorted(taken) == list(range(TRIES))
    assert not store.take("before", UNTIL)
