"""`watchkeeper init` and `plan release`: from a tool server to a plan in force."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import Line
from watchkeeper.errors import PlanRefused, SettingsInvalid, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.draft.workspace import AGENT, PERSON, draft_workspace, server_id
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.records.bundle import Bundle

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
        target = _target(mcp)
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


def release(
    folder: Annotated[Path, typer.Argument(help="The workspace.")] = Path("aims"),
    by: Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")] = PERSON,
    home: Annotated[Path, typer.Option("--home", help="The home; made if it is new.")] = Path(
        "home"
    ),
    record_key: Annotated[
        str | None,
        typer.Option("--record-key", help="Of a new home: where the key of its records lives."),
    ] = None,
    log_key: Annotated[
        str | None,
        typer.Option("--log-key", help="Of a new home: where the key of its log lives."),
    ] = None,
    written_by: Annotated[
        str | None,
        typer.Option("--written-by", help="Who wrote what is new, where it was not you."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Freeze the workspace into a plan, sign it, and put it into force.

    Whoever holds `release` in the plan before may sign; the first release names them. A new home
    is made where there is none. A gateway that runs takes the plan up at once.

    A new home's keys are files in it, unless `--record-key` or `--log-key` names them where they
    live: `pkcs11:…`, or `file:PATH`.

    Examples:
      watchkeeper plan release aims --home home --by ana
      watchkeeper plan release aims --by ana --record-key 'pkcs11:token=desk;object=records'
    """
    with output.speaking_plainly():
        linted = lint_workspace(folder)
        bundle = _releasable(linted)
        if not home.exists() or (home.is_dir() and not any(home.iterdir())):
            _make_home(home, linted, bundle, {"record": record_key, "log": log_key})
        elif record_key or log_key:
            raise SettingsInvalid(
                "the home has its keys already", "`watchkeeper log rotate-key` changes them"
            )
        raw = bundle_bytes(bundle)
        digest = bundle_digest(raw)
        line = Line(home, by)
        try:
            previous = line.hello().plan
            if previous == digest:
                output.say("this very plan is in force already")
                return
            value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
            body = {"plan": digest, "previous": previous}
            if written_by is not None:
                body["writtenBy"] = written_by
            answer = line.ask("release", body, {"bundle": value})
        finally:
            line.close()
    if as_json:
        output.show_json(answer)
        return
    for weakening in answer["weakenings"]:
        output.show(f"weaker:   {weakening}")
    for strengthening in answer["strengthenings"]:
        output.show(f"stronger: {strengthening}")
    output.show(f"released {digest} as record {answer['index']}")


def _releasable(linted: Linted) -> Bundle:
    if linted.bundle is None:
        worst = [f for f in linted.findings if f.severity is not Severity.MANAGEMENT]
        named = "\n".join(f"  {finding}" for finding in worst)
        raise PlanRefused(f"the workspace has safety errors:\n{named}")
    return linted.bundle


def _make_home(home: Path, linted: Linted, bundle: Bundle, keys: Mapping[str, str | None]) -> None:
    holders = bundle.roles.get("release", ())
    people = {p.id: p.keys for p in bundle.people if p.id in holders and p.keys}
    if not people:
        raise PlanRefused(
            "nobody who holds `release` has a key",
            f"run `watchkeeper do enroll {holders[0] if holders else PERSON} --workspace …` first",
        )
    if linted.workspace is None:
        raise PlanRefused("the workspace could not be read")
    origin = linted.workspace.aims.says.origin
    log = wiring.create_log(
        home,
        name=origin,
        stage=bundle.stage,
        first_release=people,
        key_uris={use: uri for use, uri in keys.items() if uri is not None},
    )
    log.close()
    output.say(f"made a new home in {home}, origin {origin}/0, for {', '.join(sorted(people))}")


def _target(mcp: str) -> list[str] | str:
    if mcp.startswith(("http://", "https://")):
        return mcp
    try:
        return shlex.split(mcp)
    except ValueError as error:
        raise SettingsInvalid(f"`--mcp` {cut(mcp)} is no command: {error}") from None


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
  6. put this into the agent's client configuration:
{shown}"""
