"""A workspace to start from, drafted from what a tool server lists.

Reads are permitted, writes wait for a person, every row of the statement of applicability is
undetermined. It lints without safety errors and can be released as it is; every guess is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.draft.editing import read_editable, render_editable, write_wholes
from watchkeeper.plan.draft.import_tools import (
    MODELINE,
    Imported,
    Listed,
    import_tools,
    look_at,
    schema_address,
)
from watchkeeper.plan.draft.writing.target import target_in
from watchkeeper.plan.schemas.export import schema_files
from watchkeeper.plan.typing import quoted
from watchkeeper.plan.workspace.folder import Folder
from watchkeeper.standards.catalogue import annex_a

SYSTEM = "my-system"
AGENT = "my-agent"
PERSON = "me"


def server_id(text: str) -> str:
    """Return an id made from any text: small letters, digits and hyphens."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words)[:63].strip("-") or "server"


def draft_workspace(
    path: Path,
    server: str,
    definitions: Sequence[Mapping[str, Any]],
    target: Sequence[str] | str,
    sources: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write a workspace into an empty or new folder; return the files, in the order to read.

    `sources` say where the server's HTTP headers, or its process's variables, come from.

    Raises:
        PlanRefused: the folder holds a workspace already, or a file of one.
        ImportRefused: a folder in it leads elsewhere, or a file may not be written.
    """
    folder = Folder(path)
    if folder.has("aims.yaml"):
        raise PlanRefused(f"there is a workspace in {cut(path)} already", "name an empty folder")
    id_ = server_id(server)
    usable, _ = look_at(definitions)
    imported = import_tools(None, definitions, server=id_, target=target)
    if sources:
        imported = replace(imported, tool_file=_with_sources(imported.tool_file, sources))
    texts, schemas = _texts(id_, usable, imported), _schemas()
    for name in texts:
        if folder.has(name):
            message = f"there is a {cut(name)} in {cut(path)} already"
            raise PlanRefused(message, "name an empty folder")
    files = {**texts, **schemas}
    write_wholes({target_in(path, name).path: text for name, text in files.items()})
    return tuple(path / name for name in files)


def _with_sources(tool_file: str, sources: Mapping[str, str]) -> str:
    """Say in a new tool file where its headers, or its process's variables, come from."""
    document = read_editable(tool_file, "the draft")
    if "url" in document:
        document["headers"] = CommentedMap(sources)
    else:
        document.insert(list(document).index("tools"), "env", CommentedMap(sources))
    return render_editable(document)


def _schemas() -> dict[str, str]:
    return {f".schemas/{name}": text for name, text in schema_files().items()}


def _texts(server: str, usable: Sequence[Listed], imported: Imported) -> dict[str, str]:
    reads = [f"{server}/{listed.name}" for listed in usable if not listed.writes]
    writes = [f"{server}/{listed.name}" for listed in usable if listed.writes]
    folder = f"policies/{SYSTEM}"
    texts = {
        "aims.yaml": _modeline("aims") + _AIMS,
        f"systems/{SYSTEM}.yaml": _modeline("system") + _system(server),
        f"tools/{server}.yaml": imported.tool_file,
        f"tools/{server}.definitions.json": imported.definitions,
        "controls/intended-use.yaml": _modeline("control") + _INTENDED_USE,
        "controls/human-review.yaml": _modeline("control") + _HUMAN_REVIEW,
        "controls/tool-integrity.yaml": _modeline("control") + _TOOL_INTEGRITY,
        "soa.yaml": _modeline("soa") + _applicability(),
    }
    if reads:
        texts[f"{folder}/reads.permit.cedar"] = _permit("reads", "intended-use", reads)
    if writes:
        texts[f"{folder}/writes.permit.cedar"] = _permit("writes", "intended-use", writes)
        texts[f"{folder}/writes.review.cedar"] = _review(writes)
    return texts


def _modeline(kind: str) -> str:
    return f"# {MODELINE}{schema_address(kind)}\n"


_AIMS = f"""\
organisation: My organisation
# The name of the home's log. It can not be changed later.
origin: my-organisation.example/{SYSTEM}
stage: demonstration
scope: What the management system covers, in one or two sentences.
people:
  - id: {PERSON}
    name: Me
    # `watchkeeper do enroll {PERSON}` makes a key and puts its public half here.
    keys: []
roles:
  release: [{PERSON}]
  operate: [{PERSON}]
  reviewer: [{PERSON}]
"""


def _system(server: str) -> str:
    return f"""\
id: {SYSTEM}
title: My system
purpose: What it is for.
intended_use:
  - What it is used for, in plain words.
prohibited:
  - What it must never do, in plain words.
owner: {PERSON}
in_scope: true
reason: Why it is in scope.
stage: demonstration
role: deployer
ai_act:
  class: undetermined
  why: Nobody has looked at it yet.
agents:
  - id: {AGENT}
servers: [{server}]
"""


_INTENDED_USE = f"""\
id: intended-use
title: Intended use
statement: The agent does only what a permit names.
owner: {PERSON}
annex_a: [A.9.4]
built_in: [no-authority]
"""
_HUMAN_REVIEW = f"""\
id: human-review
title: Human review
statement: Whatever the agent changes, a person has agreed to first.
owner: {PERSON}
annex_a: [A.9.3]
# What enforces it: the policies and grants that name it in `@control`, or these checks of ours.
built_in: [refused-by-reviewer]
"""
_TOOL_INTEGRITY = f"""\
id: tool-integrity
title: Tools are those that were released
statement: A tool is called only while its definition is the one that was released.
owner: {PERSON}
annex_a: [A.4.4, A.10.3]
built_in: [pin-mismatch, unknown-tool]
"""


def _permit(name: str, control: str, actions: Sequence[str]) -> str:
    return f"""\
// Drafted: look at each line. What no permit names is refused.
@id("{name}")
@control("{control}")
permit (
  principal == Agent::"{AGENT}",
  action in [
{_listed(actions)}
  ],
  resource
);
"""


def _review(actions: Sequence[str]) -> str:
    return f"""\
// Drafted: everything that writes waits for a reviewer. Grants under `authority/` let an agent
// act alone within limits; take such an action out of this list then, and out of the permit in
// `writes.permit.cedar`, which would permit it without limit.
@id("writes-review")
@control("human-review")
@escalate("reviewer")
@expires("4h")
forbid (
  principal,
  action in [
{_listed(actions)}
  ],
  resource
);
"""


def _listed(actions: Sequence[str]) -> str:
    return ",\n".join(f"    Action::{quoted(action)}" for action in actions)


def _applicability() -> str:
    rows = "".join(
        f"  # {control.title}\n"
        f"  - control: {control.id}\n    applicable: undetermined\n    status: not-implemented\n"
        for control in annex_a().values()
    )
    own = "".join(
        f"  - control: {name}\n    applicable: in\n    why: {why}\n"
        f"    status: implemented\n    owner: {PERSON}\n"
        for name, why in (
            ("intended-use", "What is not named must not happen."),
            ("human-review", "Nothing is changed without a person."),
            ("tool-integrity", "A tool server can change what a tool means."),
        )
    )
    return f"rows:\n{rows}{own}"
