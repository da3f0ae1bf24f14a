"""`watchkeeper demo`: the main job on the built-in refund desk."""

from __future__ import annotations

import io
import os
import secrets
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from watchkeeper.cli import output
from watchkeeper.demo.claims import Claim
from watchkeeper.demo.run import COMMAND, Outcome, Staging, run_demo
from watchkeeper.demo.world.places import find_example, make_places
from watchkeeper.demo.world.terminal import Run, Said, Terminal


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="Folder to leave everything in.")] = Path(
        "demo-out"
    ),
    example: Annotated[
        Path | None, typer.Option("--example", help="The refund desk's folder, if not beside us.")
    ] = None,
    gateway_command: Annotated[
        str | None, typer.Option("--gateway-command", hidden=True, help="Starts the gateway.")
    ] = None,
) -> None:
    """Run the main job on the refund desk: real server, gateway, agent and people's commands.

    Ends with 0 only if everything that it claims was checked and held; with 1 if something did
    not hold, with 2 if it could not run. Leaves aims/, home/, desk.db, answer.json and
    answer.html in --out; keys and tokens in there are worth nothing afterwards.

    Example:
      watchkeeper demo --out demo-out
    """
    with output.speaking_plainly(), _ended_by_sigterm():
        found = find_example(example)
        places = make_places(out)
        with _people(places.people):
            staging = Staging(
                places,
                found,
                Terminal(places.home, inside(context.find_root().command), dict(os.environ)),
                _Teller(sys.stderr),
                _plain_environment(),
                tuple(shlex.split(gateway_command)) if gateway_command else COMMAND,
            )
            outcome = run_demo(staging)
    _tell(outcome, places.out)
    if not outcome.all_held:
        raise typer.Exit(output.Exit.FOUND)


def _tell(outcome: Outcome, out: Path) -> None:
    output.show(outcome.answers)
    failed = [claim for claim in outcome.claims if not claim.held]
    for claim in failed:
        output.say(f"DID NOT HOLD: {claim.text}: {claim.seen}")
    held = len(outcome.claims) - len(failed)
    output.show(
        f"\n{held} of {len(outcome.claims)} claims held, {outcome.actions} actions, "
        f"{outcome.seconds:.0f} seconds; everything is in {out}"
    )


def inside(command: Any) -> Run:
    """Return what runs this program's commands in this process, their output caught.

    `command` is the root of the command line; it is handed over, since it holds `demo` too.
    """

    def run(words: Sequence[str]) -> Said:
        raw, err = io.BytesIO(), io.StringIO()
        out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = command.main(args=list(words), standalone_mode=False)
            except SystemExit as ended:
                code = ended.code
        return Said(code if isinstance(code, int) else 0, raw.getvalue().decode(), err.getvalue())

    return run


def _plain_environment() -> dict[str, str]:
    """What gateway, desk and agent get: nothing that opens people's keys."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("WATCHKEEPER_")
    }


@contextmanager
def _people(folder: Path) -> Iterator[None]:
    """Keep the demonstration's people apart, under a passphrase that is thrown away.

    What is kept of its home, away from it, is thrown away with the rest too.
    """
    names = ("WATCHKEEPER_PEOPLE", "WATCHKEEPER_PASSPHRASE", "XDG_STATE_HOME")
    before = {name: os.environ.get(name) for name in names}
    here = (str(folder), secrets.token_urlsafe(24), str(folder.absolute().parent / "run/state"))
    os.environ.update(zip(names, here, strict=True))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end us as Ctrl-C does, so that our processes are ended too."""

    def end(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Teller:
    """Tells on a terminal with colours and a count of actions, in a pipe with plain lines."""

    def __init__(self, stream: Any) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._live = stream.isatty()
        self._began = time.monotonic()
        self._title = ""

    def act(self, title: str) -> None:
        self._title = title
        seconds = time.monotonic() - self._began
        self._print(Text(f"\n[{seconds:4.1f} s] {title}", style="bold"))

    def claim(self, claim: Claim) -> None:
        mark, style = ("ok  ", "green") if claim.held else ("FAIL", "bold red")
        line = Text(f"  {mark}  ", style=style)
        line.append(claim.text, style="default")
        if claim.seen:
            line.append(f" ({claim.seen})", style="dim")
        self._print(line)

    def actions(self, count: int) -> None:
        if self._live:
            self._console.file.write(f"\r\x1b[2K  ...   {count} actions")
            self._console.file.flush()

    def _print(self, line: Text) -> None:
        if self._live:
            self._console.file.write("\r\x1b[2K")
        self._console.print(line)
