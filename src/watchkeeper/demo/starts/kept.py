"""What a sample server holds, shared by all of its processes.

A gateway starts a tool server once for each agent's session, and once for itself, to read facts.
What one of them was told the others must know: it stands in a file.
"""

from __future__ import annotations

import copy
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

Held = dict[str, Any]


class Kept:
    """A JSON object in a file, one at a time; in memory where there is no file.

    `first` is what is held before anything has happened.
    """

    def __init__(self, first: Held, path: Path | None = None) -> None:
        self._first, self._path = first, path
        self._memory = copy.deepcopy(first)

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Give out what is held, to be changed in place; what ends in an error is not kept."""
        if self._path is None:
            yield self._memory
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            held = self._read(self._path)
            yield held
            _write(self._path, held)

    def _read(self, path: Path) -> Held:
        try:
            found = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return copy.deepcopy(self._first)
        if not isinstance(found, dict):
            raise TypeError(f"not what a sample holds: {path}")
        return found


def _write(path: Path, held: Held) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(orjson.dumps(held, option=orjson.OPT_INDENT_2))
    beside.replace(path)
