"""`watchkeeper plan`: the management system as files, checked, compared and shown."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import settings, wiring
from watchkeeper.cli import output
from watchkeeper.errors import PlanUnreadable, RecordInvalid, SettingsInvalid, cut
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest, parse_bundle
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.draft.editing import write_whole
from watchkeeper.plan.draft.import_tools import Imported, import_tools
from watchkeeper.plan.schemas.export import schema_files
from watchkeeper.plan.show import render_plan
from watchkeeper.plan.whole import Linted, compile_folder, lint_workspace
from watchkeeper.plan.workspace.checked import check
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.models.tool import ToolFile
from watchkeeper.plan.workspace.yaml_tree import parse_yaml
from watchkeeper.records.bundle import Bundle
from watchkeeper.records.codec import to_json

app = typer.Typer(
    name="plan",
    help="The management system as files: check it, show it, compare it, release it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Workspace = Annotated[Path, typer.Argument(help="The workspace: the folder with `aims.yaml`.")]
PlanPath = Annotated[Path, typer.Argument(help="A workspace, or the JSON file of a plan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("lint")
def lint(
    path: Workspace = Path("aims"),
    as_json: AsJson = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 for management gaps too.")
    ] = False,
) -> None:
    """Check a workspace as a whole and name everything that is wrong.

    Ends with 0 where it can be released (gaps of the management system are named), with 1 for
    safety errors, with 2 where a file can not be read or parsed.
    """
    with output.speaking_plainly():
        linted = lint_workspace(path)
    if as_json:
        output.show_json(_lint_json(linted))
    else:
        _print_findings(linted)
    code = _exit_code(linted.findings, strict=strict)
    if code is not output.Exit.FINE:
        raise typer.Exit(code)


@app.command("show")
def show(
    path: PlanPath = Path("aims"),
    as_json: AsJson = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the Cedar schema of each system instead.")
    ] = False,
) -> None:
    """Say in plain words what a plan lets agents do, and who answers for it."""
    with output.speaking_plainly():
        bundle = _read_plan(path)
    if as_json:
        output.show_json(to_json(bundle))
    elif schema:
        for system, text in bundle.cedar_schemas.items():
            output.show(f"// {system}\n{text}")
    else:
        output.show(render_plan(bundle))
        output.say(f"plan {bundle_digest(bundle_bytes(bundle))}")


@app.command("diff")
def diff(
    old: PlanPath,
    new: PlanPath,
    as_json: AsJson = False,
    fail_on_weakening: Annotated[
        bool, typer.Option("--fail-on-weakening", help="End with 1 where anything is weaker.")
    ] = False,
) -> None:
    """Say what changed from one plan to another, and what of it lets more through."""
    with output.speaking_plainly():
        found = diff_bundles(_read_plan(old), _read_plan(new))
    if as_json:
        output.show_json(_diff_json(found))
    else:
        output.show(_diff_text(found))
    if fail_on_weakening and found.weakenings:
        raise typer.Exit(output.Exit.FOUND)


@app.command("import-tools")
def import_tools_command(
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
        existing = _read_text(file) if file.exists() else None
        if python is not None:
            found = _guarded(python, file.stem)
            imported = import_tools(existing, found, server=file.stem, module=python)
            _write_imported(file, imported)
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
        imported = import_tools(existing, definitions, server=file.stem, target=target)
        _write_imported(file, imported)


@app.command("export-schemas")
def export_schemas(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
) -> None:
    """Write the JSON Schemas of the workspace's files, for editors."""
    with output.speaking_plainly():
        for name, text in schema_files().items():
            write_whole(folder / name, text)
            output.show(str(folder / name))


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PlanUnreadable(f"{cut(file)} is not UTF-8", "save the file as UTF-8") from None


def _read_plan(path: Path) -> Bundle:
    if path.is_dir():
        return compile_folder(path)
    raw = path.read_bytes()
    try:
        return parse_bundle(raw)
    except RecordInvalid as error:
        raise PlanUnreadable(
            f"{cut(path)} is no plan: {error.message}", "name a workspace or the file of a plan"
        ) from None


def _exit_code(findings: tuple[Finding, ...], *, strict: bool) -> output.Exit:
    found = {finding.severity for finding in findings}
    if Severity.UNREADABLE in found:
        return output.Exit.COULD_NOT_RUN
    if Severity.SAFETY in found or (strict and found):
        return output.Exit.FOUND
    return output.Exit.FINE


_TITLES = {
    Severity.UNREADABLE: "Can not be read",
    Severity.SAFETY: "Safety errors: they stop a release",
    Severity.MANAGEMENT: "Gaps of the management system: named, they stop nothing",
}


def _print_findings(linted: Linted) -> None:
    for severity, title in _TITLES.items():
        mine = [finding for finding in linted.findings if finding.severity is severity]
        if mine:
            output.show(f"{title} ({len(mine)})")
            for finding in mine:
                place = f"{finding.file}:{finding.line}" if finding.line else finding.file
                output.show(f"  {place}: {finding.message}")
                if finding.advice:
                    output.show(f"    {finding.advice}")
    if linted.bundle is not None:
        output.say(f"the workspace holds: plan {bundle_digest(bundle_bytes(linted.bundle))}")
    else:
        output.say("the workspace does not hold")


def _lint_json(linted: Linted) -> dict[str, Any]:
    counts = Counter(finding.severity.value for finding in linted.findings)
    plan = bundle_digest(bundle_bytes(linted.bundle)) if linted.bundle is not None else None
    return {
        "holds": linted.bundle is not None,
        "plan": plan,
        "counts": {severity.value: counts[severity.value] for severity in Severity},
        "findings": [asdict(finding) for finding in linted.findings],
    }


def _diff_json(found: PlanDiff) -> dict[str, Any]:
    return {
        "changes": [asdict(change) for change in found.changes],
        "weakenings": list(found.weakenings),
        "strengthenings": list(found.strengthenings),
    }


def _diff_text(found: PlanDiff) -> str:
    if not found.changes:
        return "nothing changed"
    lines = [f"Changes ({len(found.changes)})", *(f"  {change}" for change in found.changes)]
    for title, words in (
        ("Weaker: lets more through, or may", found.weakenings),
        ("Stronger", found.strengthenings),
    ):
        if words:
            lines += ["", f"{title} ({len(words)})", *(f"  {line}" for line in words)]
    return "\n".join(lines)


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


def split_target(text: str) -> list[str] | str:
    """Return a URL as it is, and a command line as its words."""
    if text.startswith(("http://", "https://")):
        return text
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SettingsInvalid(f"not a command line: {cut(text)}", str(error).lower()) from None
    if not words:
        raise SettingsInvalid("an empty command line", "give the server's command line or URL")
    return words


def _pair(text: str) -> tuple[str, str]:
    name, equals, source = text.partition("=")
    if not equals or not name:
        raise SettingsInvalid(f"not a header: {cut(name)}", "write NAME=env:VARIABLE")
    return name, source


def _guarded(module: str, server: str) -> list[dict[str, Any]]:
    """Import a module and return the definitions of the functions that it guards for a server."""
    import importlib

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


def _write_imported(file: Path, imported: Imported) -> None:
    write_whole(file.with_name(f"{file.stem}.definitions.json"), imported.definitions)
    write_whole(file, imported.tool_file)
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
