"""The command `watchkeeper`: one file per verb group, put together here."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from watchkeeper.cli import verbs

VERBS = {
    "demo": "watchkeeper.cli.demo:demo",
    "init": "watchkeeper.cli.start:init",
    "plan": "watchkeeper.cli.plan:app",
    "serve": "watchkeeper.cli.serve:serve",
    "do": "watchkeeper.cli.do:app",
    "check": "watchkeeper.cli.check:app",
    "log": "watchkeeper.cli.log:app",
    "witness": "watchkeeper.cli.witness:app",
    "answer": "watchkeeper.cli.answer:answer",
}

app = typer.Typer(
    name="watchkeeper",
    cls=verbs.of(VERBS),
    help="An AI management system that is enforced where agents act.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version

        typer.echo(f"watchkeeper {installed_version('watchkeeper')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line."""
    # Modules stay: a look for garbage after every few hundred of their objects finds nothing.
    gc.set_threshold(50_000, 20, 100)
    try:
        app()
    finally:
        # The process ends: what is left is not looked through for garbage once more.
        gc.freeze()
