"""List the sentences of a document in its file, for a person to say where each goes."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.plan.documents.bindings import Bound
from watchkeeper.plan.documents.held import Held
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.workspace.folder import open_folder


def list_sentences(workspace: Path, held: Held) -> int:
    """Add the sentences of a document that are not listed yet; return how many were added.

    They are added without a control: what a sentence was before is a proposal, written as `was`,
    and binds nothing. Nothing is taken out, and comments stay.

    Raises:
        PlanUnreadable: the file can not be read or parsed.
        ImportRefused: it may not be written, or lies outside.
    """
    known = {entry.anchor for entry in held.entries}
    bound = held.bindings.bound if held.bindings else ()
    new = [one for one in bound if one.sentence.anchor not in known]
    if not new:
        return 0
    name = f"sentences/{held.entry.id}.yaml"
    folder = open_folder(workspace)
    read = {name: folder.read(name)} if folder.has(name) else {}
    document = read_editable(read.get(name, f"document: {held.entry.id}\n"), name)
    document["sentences"] = [*(document.get("sentences") or []), *map(_entry, new)]
    write_together(workspace, {name: render_editable(document)}, read)
    return len(new)


def _entry(one: Bound) -> dict[str, str]:
    said = {"anchor": one.sentence.anchor, "says": one.sentence.says}
    return said | ({"was": one.was.anchor} if one.was is not None else {})
