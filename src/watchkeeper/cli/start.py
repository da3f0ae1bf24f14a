"""`watchkeeper init`: from a starting point, or from a tool server, to a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.cli.beginning import Given, ask_start, init_from
from watchkeeper.cli.servers import split_target
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.draft.starts.begin import STARTS
from watchkeeper.plan.draft.workspace import AGENT, PERSON, draft_workspace, server_id
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import that_stop

_HOME = Path("home")
"""Where the commands that `init` advises make the home; `file:` sources are found in it."""


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")] = Path("aims"),
    mcp: Annotated[
        str | None,
        typer.Option("--mcp", help="A running tool server's URL, or the command that starts it."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", help="NAME=SOURCE for a URL: env:NAME, file:PATH or text:VALUE."),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", help="NAME=SOURCE for a command: env:NAME, file:PATH or text:VALUE."),
    ] = None,
    server: Annotated[
        str, typer.Option("--server", help="What to call the tool server.")
    ] = "tools",
    start: Annotated[
        str | None,
        typer.Option("--from", help="A starting point: customer-service, coding or back-office."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="What the organisation is called.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Your name.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="Your id in the plan, like `me`.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", help="The log's name, like `example.com/desk`.")
    ] = None,
    stage: Annotated[
        str, typer.Option("--stage", help="demonstration, pilot or production.")
    ] = "demonstration",
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing, and take what is usual.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With `--from`: print one JSON document.")
    ] = False,
) -> None:
    """Begin a workspace: complete from a starting point, or drafted from a running tool server.

    `--from` writes all of a management system (scope, risks, assessments, objectives, statement of
    applicability, documents, drills) around a sample tool server. Nothing in it comes approved.
    What no flag says is asked for at a terminal, the starting point too.

    `--mcp` drafts: reads are permitted, writes wait for a reviewer, the statement of applicability
    is undetermined row by row. Look at every line: a draft is a guess.

    Examples:
      watchkeeper init aims --from customer-service
      watchkeeper init aims --mcp 'python server.py'
      watchkeeper init aims --mcp http://127.0.0.1:9000/mcp --header Authorization=env:TOOLS_AUTH
    """
    if start is None and mcp is None and not yes:
        with output.speaking_plainly():
            start = ask_start()
    if start is not None:
        if mcp is not None:
            output.fail("`--from` and `--mcp` are two ways to begin", "give one of them")
        given = Given(organisation, name, person, origin, stage, yes)
        with output.speaking_plainly():
            init_from(folder, start, given, as_json=as_json)
        return
    if mcp is None:
        output.fail(
            "nothing to begin from",
            f"give `--from` {', '.join(STARTS)}; or `--mcp` a tool server's URL or command",
        )
    with output.speaking_plainly():
        target = split_target(mcp)
        headers, variables = _sources(header), _sources(env)
        _check_fit(target, headers, variables)
        definitions = wiring.list_tools(
            target,
            headers=settings.resolve_all(headers, _HOME),
            env=settings.child_environment(settings.resolve_all(variables, _HOME)),
        )
        server = server_id(server)
        files = draft_workspace(folder, server, definitions, target, headers or variables)
        linted = lint_workspace(folder)
    for file in files:
        if ".schemas" not in file.parts:
            output.show(str(file))
    safety = that_stop(linted.findings)
    gaps = len(linted.findings) - len(safety)
    output.say(f"drafted from {len(definitions)} tools; {gaps} management gaps are named by lint")
    for finding in safety:
        output.say(f"  {finding}")
    output.say(_next(folder, server))
    if safety:
        raise typer.Exit(output.Exit.FOUND)


def _check_fit(target: list[str] | str, headers: dict[str, str], variables: dict[str, str]) -> None:
    if not target:
        raise SettingsInvalid("`--mcp` is empty", "give it the server's URL or its command")
    if isinstance(target, str) and variables:
        raise SettingsInvalid("`--env` is for a command", "use `--header` for a URL")
    if not isinstance(target, str) and headers:
        raise SettingsInvalid("`--header` is for a URL", "use `--env` for a command")


def _sources(named: list[str] | None) -> dict[str, str]:
    found = {}
    for item in named or []:
        name, equals, source = item.partition("=")
        if not equals or source.partition(":")[0] not in {"env", "file", "text"}:
            raise SettingsInvalid(f"not NAME=SOURCE: {cut(item)}", "as in Authorization=env:AUTH")
        found[name] = source
    return found


def _next(folder: Path, server: str) -> str:
    client: dict[str, Any] = {
        "mcpServers": {
            server: {
                "type": "http",
                "url": f"http://127.0.0.1:8930/mcp/{server}",
                "headers": {"Authorization": "Bearer TOKEN"},
            }
        }
    }
    import orjson

    shown = orjson.dumps(client, option=orjson.OPT_INDENT_2).decode()
    aims = shlex.quote(str(folder))
    return f"""
Next:
  1. read and change the files in {folder}; `watchkeeper plan lint {aims}` checks them
  2. watchkeeper do enroll {PERSON} --workspace {aims}
  3. watchkeeper plan release {aims} --home home --by {PERSON}
  4. watchkeeper do token {AGENT} --home home --by {PERSON}     (prints TOKEN once)
  5. watchkeeper serve home
  6. watchkeeper do code --home home --by {PERSON}     (a code for the console)
  7. put this into the agent's client configuration:
{shown}"""
