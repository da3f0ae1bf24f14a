"""The command `watchkeeper`: one file per verb group, put together here."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from watchkeeper.cli import answer, check, demo, do, log, plan, serve, start, witness

app = typer.Typer(
    name="watchkeeper",
    help="An AI management system that is enforced where agents act.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"watchkeeper {installed_version('watchkeeper')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version


app.command("demo")(demo.demo)
app.command("init")(start.init)
plan.app.command("release")(start.release)
app.add_typer(plan.app, name="plan")
app.command("serve")(serve.serve)
app.add_typer(do.app, name="do")
app.add_typer(check.app, name="check")
app.add_typer(log.app, name="log")
app.add_typer(witness.app, name="witness")
app.command("answer")(answer.answer)


def main() -> None:
    """Run the command line."""
    app()
