"""From what a tool server lists to a tool file with pins, and back into one that is there.

What a person wrote stays: only pins change, and tools that are new are added. Whether a tool
writes is a guess from its `readOnlyHint`, which a server may set as it likes: a person must look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from watchkeeper.errors import PlanError, RecordInvalid, cut
from watchkeeper.ledger.plan_bundle import tool_pin
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.typing import (
    ToolTypingOptions,
    compile_input_schema,
    identifier,
    suggest_options,
)
from watchkeeper.plan.workspace.kinds import BY_KIND

MODELINE = "yaml-language-server: $schema="
MAX_NAME = 128


@dataclass(frozen=True, slots=True)
class Imported:
    """A tool file and its definitions as text, and what became of each tool.

    `left_out` maps the tools that can not be put behind policy to the reason.
    """

    tool_file: str
    definitions: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One tool that can be put behind policy: its pin, and the options that it needs."""

    name: str
    definition: Mapping[str, Any]
    pin: str
    writes: bool
    opaque: tuple[str, ...] = ()
    namespace: str = ""


def look_at(
    definitions: Iterable[Mapping[str, Any]],
) -> tuple[list[Listed], list[tuple[str, str]]]:
    """Sort what a server listed into tools that can be used, and those that can not, with why."""
    usable: dict[str, Listed] = {}
    left_out: list[tuple[str, str]] = []
    namespaces: set[str] = set()
    for definition in definitions:
        name = definition.get("name")
        if not isinstance(name, str) or not _is_fit(name):
            left_out.append((_shown(name), "its name is no plain text of at most 128 characters"))
        elif name in usable:
            left_out.append((name, "the server lists this name twice; the first counts"))
        else:
            try:
                usable[name] = _listed(name, definition, namespaces)
            except (PlanError, RecordInvalid) as error:
                left_out.append((name, error.message))
    return list(usable.values()), left_out


def import_tools(
    existing: str | None,
    definitions: Sequence[Mapping[str, Any]],
    *,
    server: str,
    target: Sequence[str] | str | None = None,
    module: str | None = None,
) -> Imported:
    """Write or update a tool file.

    `existing` is the file's text, None for a new one; `target` the command or URL of a new one,
    `module` the Python module whose guarded functions are its tools.

    Raises:
        PlanUnreadable: the existing file does not parse.
    """
    usable, left_out = look_at(definitions)
    document = (
        _new_file(server, target, module) if existing is None else read_editable(existing, server)
    )
    tools = document.get("tools")
    if not isinstance(tools, CommentedMap):
        tools = CommentedMap()
        document["tools"] = tools
    added, changed = [], []
    for listed in usable:
        if listed.name not in tools:
            tools[listed.name] = _entry(listed)
            added.append(listed.name)
        elif isinstance(tools[listed.name], dict) and tools[listed.name].get("pin") != listed.pin:
            tools[listed.name]["pin"] = listed.pin
            changed.append(listed.name)
    known = {listed.name for listed in usable}
    return Imported(
        tool_file=render_editable(document) + _left_out_comment(left_out, existing or ""),
        definitions=render_definitions(listed.definition for listed in usable),
        added=tuple(added),
        changed=tuple(changed),
        gone=tuple(str(name) for name in tools if name not in known),
        left_out=tuple(left_out),
    )


def render_definitions(definitions: Iterable[Mapping[str, Any]]) -> str:
    """Render definitions as the file beside a tool file holds them, in the server's order."""
    return orjson.dumps({"tools": list(definitions)}, option=orjson.OPT_INDENT_2).decode() + "\n"


def _listed(name: str, definition: Mapping[str, Any], namespaces: set[str]) -> Listed:
    schema = definition.get("inputSchema")
    namespace = _free_namespace(name, namespaces)
    options = ToolTypingOptions(namespace=namespace)
    options = suggest_options(schema, tool=name, options=options)
    compile_input_schema(schema, tool=name, options=options)
    namespaces.add(identifier(namespace or name))
    hints = definition.get("annotations")
    reads = isinstance(hints, dict) and hints.get("readOnlyHint") is True
    return Listed(
        name, definition, tool_pin(definition), not reads, tuple(options.opaque), namespace
    )


def _free_namespace(name: str, taken: set[str]) -> str:
    """Return a namespace for enum types where another tool's name gives the same; else none."""
    plain = identifier(name)
    if plain not in taken:
        return ""
    number = 2
    while f"T_{plain}_{number}" in taken:
        number += 1
    return f"T_{plain}_{number}"[:60]


def _is_fit(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()


def _printable(text: str) -> str:
    """Keep a foreign text within one line of a comment."""
    return "".join(char if char.isprintable() else " " for char in text)


def _shown(name: object) -> str:
    return cut(name, 40).strip("`")


def _new_file(server: str, target: Sequence[str] | str | None, module: str | None) -> CommentedMap:
    document = CommentedMap()
    document["id"] = server
    if module is not None:
        document["module"] = module
    if isinstance(target, str):
        document["url"] = target
        document["headers"] = CommentedMap()
    elif target is not None:
        command = CommentedSeq(target)
        command.fa.set_flow_style()
        document["command"] = command
    document["tools"] = CommentedMap()
    document.yaml_set_start_comment(f"{MODELINE}{schema_address('tool')}")
    return document


def schema_address(kind: str) -> str:
    """Return where editors find the JSON Schema of a kind of file: beside the workspace."""
    depth = "" if BY_KIND[kind].folder is None else "../"
    return f"{depth}.schemas/{kind}.schema.json"


def _entry(listed: Listed) -> CommentedMap:
    entry = CommentedMap()
    entry["pin"] = listed.pin
    entry["writes"] = listed.writes
    if listed.namespace:
        entry["namespace"] = listed.namespace
    if listed.opaque:
        entry["opaque"] = CommentedSeq(listed.opaque)
        entry.yaml_set_comment_before_after_key(
            "opaque", before="policy can not see these: narrow the schema if you can", indent=4
        )
    if listed.writes:
        entry.yaml_set_comment_before_after_key(
            "writes",
            before="a call may happen twice until `idempotency:` or `once_per:` is said",
            indent=4,
        )
    return entry


def _left_out_comment(left_out: Iterable[tuple[str, str]], existing: str) -> str:
    lines = [_printable(f"# left out: {name}: {why}") for name, why in left_out]
    fresh = [line for line in lines if line not in existing]
    return "".join(f"{line}\n" for line in fresh)
