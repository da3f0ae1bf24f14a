"""`watchkeeper plan import-tools`: a tool server's tools into a tool file, with pins."""

from __future__ import annotations

import importlib
import os.path
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.cli.servers import split_target
from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
from watchkeeper.plan.draft.import_tools import Imported
from watchkeeper.plan.draft.import_tools import import_tools as imported_into
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.workspace.checked import check
from watchkeeper.plan.workspace.folder import MAX_DEFINITIONS, read_named
from watchkeeper.plan.workspace.models.tool import ToolFile
from watchkeeper.plan.workspace.yaml_tree import parse_yaml


def import_tools(
    file: Annotated[Path, typer.Argument(help="The tool file, for instance aims/tools/desk.yaml.")],
    mcp: Annotated[
        str | None,
        typer.Option("--mcp", help="The server's command line or URL; the file's own if left out."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header", help="NAME=SOURCE, a source being env:NAME, file:PATH, text:VALUE."
        ),
    ] = None,
    cwd: Annotated[Path | None, typer.Option("--cwd", help="Where to start the command.")] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="The home with the `credentials` folder.")
    ] = None,
    python: Annotated[
        str | None,
        typer.Option("--python", help="A module whose guarded functions are the tools."),
    ] = None,
) -> None:
    """Ask a tool server for its tools, and write them into a tool file with pins.

    What a person wrote into the file stays. Look at what changed before the next release.

    Examples:
      watchkeeper plan import-tools aims/tools/desk.yaml
      watchkeeper plan import-tools aims/tools/shop.yaml --python shop.actions
    """
    with output.speaking_plainly():
        existing = read_named(file) if os.path.lexists(file) else None
        if python is not None:
            found = _guarded(python, file.stem)
            imported = imported_into(existing, found, server=file.stem, module=python)
            _write_imported(file, existing, imported)
            return
        says = _says(file, existing) if existing is not None else None
        target = _target(mcp, says)
        headers = dict(says.headers) if says and isinstance(target, str) else {}
        headers.update(_pair(text) for text in header or [])
        where = home or settings.default_home() or Path("home")
        definitions = wiring.list_tools(
            target,
            headers=settings.resolve_all(headers, where),
            env=settings.resolve_all(says.env, where) if says else {},
            cwd=str(cwd) if cwd else says.cwd if says else None,
        )
        imported = imported_into(existing, definitions, server=file.stem, target=target)
        _write_imported(file, existing, imported)


def _says(file: Path, text: str) -> ToolFile:
    checked, findings = check(ToolFile, file.name, parse_yaml(text))
    if checked is None:
        raise PlanUnreadable(f"the tool file does not hold: {findings[0]}", "mend it first")
    return checked.says


def _target(mcp: str | None, says: ToolFile | None) -> list[str] | str:
    if mcp is None:
        if says is None or not (says.url or says.command):
            raise SettingsInvalid("no server to ask", "give its command line or URL with `--mcp`")
        return says.url or list(says.command)
    return split_target(mcp)


def _pair(text: str) -> tuple[str, str]:
    name, equals, source = text.partition("=")
    if not equals or not name:
        raise SettingsInvalid(f"not a header: {cut(name)}", "write NAME=env:VARIABLE")
    return name, source


def _guarded(module: str, server: str) -> list[dict[str, Any]]:
    """Import a module and return the definitions of the functions that it guards for a server."""
    from watchkeeper.enforcement.guard.decorator import definitions_of

    sys.path.insert(0, "")
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise SettingsInvalid(
            f"the module {cut(module)} can not be imported: {error}",
            "run this where Python finds it",
        ) from None
    found = definitions_of(server)
    if not found:
        raise SettingsInvalid(
            f"{cut(module)} guards no function for the server {cut(server)}",
            f'decorate them with `@watchkeeper.guard(..., server="{server}")`',
        )
    return found


def _write_imported(file: Path, existing: str | None, imported: Imported) -> None:
    """Write a tool file and its definitions: both or none, and not over what was changed since."""
    place = Path(os.path.abspath(file.parent))  # noqa: PTH100 - a link of the workspace is kept
    place.mkdir(parents=True, exist_ok=True)
    root = place.parent if (place.parent / "aims.yaml").exists() else place
    name = str((place / file.name).relative_to(root))
    beside = str((place / f"{file.stem}.definitions.json").relative_to(root))
    read = {name: existing} if existing is not None else {}
    if os.path.lexists(root / beside):
        read[beside] = read_named(root / beside, MAX_DEFINITIONS)
    write_together(root, {name: imported.tool_file, beside: imported.definitions}, read)
    _say_imported(file, imported)


def _say_imported(file: Path, imported: Imported) -> None:
    for title, names in (
        ("new", imported.added),
        ("changed", imported.changed),
        ("no longer listed: take it out, or ask the server", imported.gone),
    ):
        for name in names:
            output.show(f"{title}: {name}")
    for name, why in imported.left_out:
        output.show(f"left out: {name}: {why}")
    output.say(f"wrote {file}; look at each line, then run `watchkeeper plan lint`")
