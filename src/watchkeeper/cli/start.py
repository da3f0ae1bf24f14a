"""`watchkeeper init`: from a tool server to a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.cli.servers import split_target
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.draft.workspace import AGENT, PERSON, draft_workspace, server_id
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

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
) -> None:
    """Draft a workspace from a running tool server, and say what to do next.

    Reads are permitted, writes wait for a reviewer, the statement of applicability is undetermined
    row by row. Look at every line: a draft is a guess.

    Examples:
      watchkeeper init aims --mcp 'python server.py'
      watchkeeper init aims --mcp http://127.0.0.1:9000/mcp --header Authorization=env:TOOLS_AUTH
    """
    if mcp is None:
        output.fail("a tool server is needed to draft from", "give `--mcp` its URL or its command")
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
    safety = [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]
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
    return f"""
Next:
  1. read and change the files in {folder}; `watchkeeper plan lint {folder}` checks them
  2. watchkeeper do enroll {PERSON} --workspace {folder}
  3. watchkeeper plan release {folder} --home home --by {PERSON}
  4. watchkeeper do token {AGENT} --home home --by {PERSON}     (prints TOKEN once)
  5. watchkeeper serve home
  6. watchkeeper do code --home home --by {PERSON}     (a code for the console)
  7. put this into the agent's client configuration:
{shown}"""
