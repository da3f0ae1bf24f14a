"""How every command speaks: data to stdout, messages to stderr, and three exit codes."""

from __future__ import annotations

import enum
import functools
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
import typer

from watchkeeper.errors import WatchkeeperError

if TYPE_CHECKING:
    from rich.console import Console

_WILD = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

_CELL = re.compile(r"\S+(?: \S+)?(?: \S+)? {2,}")
"""A short cell at the beginning of a line, with the gap behind it."""
_MOST_CELLS = 2
_LEAST_WIDTH = 40


class Exit(enum.IntEnum):
    """Fine; the check found something wrong; could not run."""

    FINE = 0
    FOUND = 1
    COULD_NOT_RUN = 2


def say(text: str) -> None:
    """Print a message for a person, on stderr."""
    _messages().print(tame(text), markup=False)


def show(text: str) -> None:
    """Print data for a person, on stdout."""
    _data().print(tame(text), markup=False)


def show_folded(text: str) -> None:
    """Print a report for a person: on a terminal folded to its width, in a pipe line by line."""
    show(folded(text, _data().width) if sys.stdout.isatty() else text)


def folded(text: str, width: int) -> str:
    """Return lines broken between words where they are too long; what follows stands below.

    It stands below the last of the short cells that a line begins with, as far as they fill half of
    the width at most. No word is broken and no two are joined, so that a name, a digest or a path
    can be copied.
    """
    return "\n".join(_folded(line, max(width, _LEAST_WIDTH)) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    hang = _hang(line, width // 2)
    lines = textwrap.wrap(line[hang:], width - hang, break_long_words=False, break_on_hyphens=False)
    first, *below = lines or [""]
    return "\n".join([line[:hang] + first, *(" " * hang + more for more in below)])


def _hang(line: str, most: int) -> int:
    """Return where what follows stands: behind the indentation, or behind whole cells."""
    hang = len(line) - len(line.lstrip(" "))
    for _ in range(_MOST_CELLS):
        cell = _CELL.match(line, hang)
        if cell is None or cell.end() > most:
            break
        hang = cell.end()
    return min(hang, most)


def tame(text: str) -> str:
    """Return text in which nothing speaks to the terminal, or turns what follows around.

    What records, logs and tools say is printed too, and none of them is trusted: controls but
    line ends and tabs, halves of characters, Unicode's marks of direction and its separators of
    lines are shown as `\ufffd`.
    """
    return text if text.isascii() and text.isprintable() else _WILD.sub("\ufffd", text)


def show_json(value: Any) -> None:
    """Print one JSON document on stdout, indented on a terminal, on one line in a pipe."""
    option = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    sys.stdout.buffer.write(orjson.dumps(value, option=option | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def fail(message: str, advice: str = "", code: Exit = Exit.COULD_NOT_RUN) -> NoReturn:
    """Say what is wrong and what to do, and end with `code`."""
    say(f"watchkeeper: {message}")
    if advice:
        say(f"  {advice}")
    raise typer.Exit(code)


@contextmanager
def speaking_plainly() -> Iterator[None]:
    """Turn our errors, and the operating system's, into a message and exit code 2."""
    try:
        yield
    except WatchkeeperError as error:
        fail(error.message, error.advice)
    except OSError as error:
        name = f" `{error.filename}`" if error.filename else ""
        fail(f"{(error.strerror or str(error)).lower()}{name}")
    except KeyboardInterrupt:
        fail("interrupted")
    except typer.Abort:
        say("")  # the question that nobody answered stands on this line
        fail("interrupted")


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on a terminal, and nothing in a pipe; yields `update(done, total)`."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_messages(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@functools.cache
def _messages() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


@functools.cache
def _data() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False)
