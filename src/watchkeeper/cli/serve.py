"""`watchkeeper serve`: the gateway."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.people import find_home
from watchkeeper.loop.home import Home
from watchkeeper.records.bundle import Level


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
    kept: Annotated[
        Path | None,
        typer.Option("--kept", help="Keep each checkpoint here too; best on another disk."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line once agents may connect.")
    ] = False,
) -> None:
    """Serve a home: agents connect by MCP streamable HTTP at /mcp/SERVER with a bearer token.

    A home that was restored or copied is recognised by the checkpoint that was kept away from it
    and by where it stands, and is not served until `watchkeeper log adopt`.
    Ends cleanly on Ctrl-C or SIGTERM; killed at any moment, it loses nothing that was released.

    Example: watchkeeper serve home --port 8930
    """
    from watchkeeper.enforcement.gateway.calls import Hold
    from watchkeeper.enforcement.gateway.serve import Listen, Service
    from watchkeeper.enforcement.gateway.serve import serve as run

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")

    def ready(url: str, opened: Home) -> None:
        _warn_of_witnesses(opened)
        servers = [server.id for server in opened.enforcer.bundle.servers]
        if as_json:
            output.show_json({"url": url, "servers": servers, "plan": opened.state.plan})
        for server in servers:
            output.say(f"agents of {server} connect to {url}/mcp/{server}")
        unknown = len(opened.state.open)
        if unknown:
            output.say(f"{unknown} effects are unknown: see `watchkeeper do resolve`")

    with output.speaking_plainly():
        listen = Listen(host, port, tuple(public_host or ()))
        run(Service(find_home(home), listen, Hold(max(0.0, hold)), ready, kept))


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
