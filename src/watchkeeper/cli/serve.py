"""`watchkeeper serve`: the gateway."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchkeeper import settings
from watchkeeper.cli import output
from watchkeeper.cli.people import find_home
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.ledger.assertion import DEFAULT_CONSOLE
from watchkeeper.loop.home import Home
from watchkeeper.loop.notices.board import silent_channels
from watchkeeper.loop.surface import Urls
from watchkeeper.records.plan.tools import Level

if TYPE_CHECKING:
    from watchkeeper.enforcement.gateway.web.listening import Listen

CONSOLE_PORT = 8932


def serve(
    home: Annotated[Path | None, typer.Argument(help="The home; else WATCHKEEPER_HOME.")] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8930,
    public_host: Annotated[
        list[str] | None,
        typer.Option("--public-host", help="A further name that agents reach it by (repeatable)."),
    ] = None,
    hold: Annotated[
        float, typer.Option("--hold", help="Seconds that a call waits for an approval.")
    ] = 20.0,
    console: Annotated[
        str | None,
        typer.Option(
            "--console",
            metavar="[HOST:]PORT",
            help="Where people reach the console. [default: port 8932; a free one with --port 0]",
        ),
    ] = None,
    no_console: Annotated[bool, typer.Option("--no-console", help="Serve no console.")] = False,
    kept: Annotated[
        Path | None,
        typer.Option("--kept", help="Keep each checkpoint here too; best on another disk."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line once agents may connect.")
    ] = False,
    stdio: Annotated[
        str | None,
        typer.Option(
            "--stdio",
            metavar="SERVER",
            help="Be a tool server on standard streams, as a client of the gateway that runs.",
        ),
    ] = None,
    url: Annotated[
        str, typer.Option("--url", help="With --stdio: where the gateway runs.")
    ] = "http://127.0.0.1:8930",
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", help="With --stdio: the agent's token; else WATCHKEEPER_TOKEN."
        ),
    ] = None,
) -> None:
    """Serve a home: agents connect by MCP streamable HTTP at /mcp/SERVER with a bearer token.

    People have a console on a port of its own: agents need not reach it.

    A home that was restored or copied is recognised by the checkpoint that was kept away from it
    and by where it stands, and is not served until `watchkeeper log adopt`.
    Ends cleanly on Ctrl-C or SIGTERM; killed at any moment, it loses nothing that was released.

    Examples:
      watchkeeper serve home --port 8930
      watchkeeper serve home --console 0.0.0.0:8932   (behind a proxy with a certificate)
      watchkeeper serve home --no-console
      watchkeeper serve --stdio desk --token-file desk.token   (started by an agent's host)
    """
    if stdio is not None:
        with output.speaking_plainly():
            _serve_stdio(stdio, url, token_file)
        return
    from watchkeeper.console import make_app
    from watchkeeper.enforcement.gateway.action.calls import Hold
    from watchkeeper.enforcement.gateway.serve import Service
    from watchkeeper.enforcement.gateway.serve import serve as run
    from watchkeeper.enforcement.gateway.web.listening import Listen

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")

    def ready(urls: Urls, opened: Home) -> None:
        _warn_of_witnesses(opened)
        servers = [server.id for server in opened.enforcer.bundle.servers]
        for server in servers:
            output.say(f"agents of {server} connect to {urls.agents}/mcp/{server}")
        if urls.console is not None:
            output.say(f"people open {urls.console}")
            _warn_of_passkeys(urls.console, opened)
        _warn_of_channels(opened)
        unknown = len(opened.state.open)
        if unknown:
            output.say(f"{unknown} effects are unknown: see `watchkeeper do resolve`")
        if as_json:  # the last word: whoever waits for it goes on at once
            output.show_json(
                {
                    "url": urls.agents,
                    "console": urls.console,
                    "servers": servers,
                    "plan": opened.state.plan,
                }
            )

    with output.speaking_plainly():
        listen = Listen(host, port, tuple(public_host or ()))
        pages = None if no_console else _console(console, port)
        held = Hold(max(0.0, hold))
        run(Service(find_home(home), listen, held, ready, kept, pages, make_app))


def _serve_stdio(server: str, url: str, token_file: Path | None) -> None:
    """Relay between an agent's host and the gateway that runs; no home is opened."""
    from watchkeeper.enforcement.door.stdio import Place, run

    run(Place(url, server, settings.agent_token(token_file)))


def _console(named: str | None, port: int) -> Listen:
    """Return where the console listens; where nobody says and all is for a trial, anywhere."""
    from watchkeeper.enforcement.gateway.web.listening import Listen

    usual = CONSOLE_PORT if port else 0
    host, _, number = (named or str(usual)).rpartition(":")
    if not number.isdigit() or int(number) > 65_535:
        raise SettingsInvalid(f"not a port: {cut(named)}", "give `--console [HOST:]PORT`")
    return Listen(host.strip("[]") or "127.0.0.1", int(number), option="--console")


def _warn_of_passkeys(console: str, home: Home) -> None:
    """Say where passkeys count, if that is not where the console is served."""
    counts = home.state.authority.console or DEFAULT_CONSOLE
    if console != counts:
        output.say(
            f"no passkey counts at {console}, only at {counts}: name the console in the plan "
            "(`console: {url: ...}` in aims.yaml) and release it, or serve it there (`--console`)"
        )


def _warn_of_channels(home: Home) -> None:
    """Say that nobody is told of what waits, where there is nothing to tell them with."""
    plan = home.enforcer.bundle
    if plan.channels and find_spec("apprise") is None:
        output.say("nobody is told of what waits: install `watchkeeper[notices]`")
    for one in silent_channels(home):
        output.say(f"channel {one.channel} is silent since {one.since}: see `do channels`")


def _warn_of_witnesses(home: Home) -> None:
    """Say which tools can not be called as things stand, for want of witnesses."""
    asked = sorted(
        f"{server.id}/{tool.name}"
        for server in home.enforcer.bundle.servers
        for tool in server.tools
        if tool.level is Level.WITNESSED
    )
    why = home.log.uncoverable(Level.WITNESSED)
    if asked and why is not None:
        output.say(f"blocked, since they are to be witnessed: {', '.join(asked)}: {why}")
