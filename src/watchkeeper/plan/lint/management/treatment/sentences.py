"""Sentences of documents under control: each is bound to a control, for people only, or named.

What is found stands in the plan, which is published: a sentence is named by its anchor alone.
"""

from __future__ import annotations

from watchkeeper.plan.documents.bindings import Went
from watchkeeper.plan.documents.blocks import Seen
from watchkeeper.plan.documents.held import Held, held_documents
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.report import Report, Spot

_WRITE = "`watchkeeper plan sentences --write` lists it; then name its `control:` or `people:`"
_ADVICE = {
    Seen.TRACKED: "accept or reject every change, then have it approved",
    Seen.HIDDEN: "show it or delete it",
}


def check_sentences(workspace: Workspace, _names: Names, report: Report) -> None:
    """Name what of the documents goes nowhere, is gone, or can not be read as it stands."""
    known: dict[str, str | None] = {}
    read: set[str] = set()
    for held in held_documents(workspace):
        _document(workspace, held, report)
        if held.bindings is not None:
            read.add(held.entry.id)
            for one in held.bindings.bound:
                known[f"{held.entry.id}#{one.sentence.anchor}"] = one.control
    _controls(workspace, known, read, report)


def _document(workspace: Workspace, held: Held, report: Report) -> None:
    documents = workspace.management.one("documents")
    if documents is None:
        return
    spot = report.at(documents, "documents", held.row, "file")
    if held.refused is not None:
        message = f"`{held.file}` can not be read: {held.refused.message}"
        spot.gap("document-unreadable", message, held.refused.advice)
    for note in held.reading.notes if held.reading else ():
        if note.seen is not Seen.PICTURES:
            advice = _ADVICE.get(note.seen, "see that it says all that it should by itself")
            spot.gap(note.seen.value, f"`{held.file}`: {note.says}", advice)
    _open_changes(held, spot)
    _bound(held, spot, report)
    _listed(held, report)


def _open_changes(held: Held, spot: Spot) -> None:
    if held.reading and held.reading.has_two_readings and held.entry.approved_by is not None:
        spot.gap(
            "approved-with-open-changes",
            f"`{held.entry.id}` was approved while changes stand open in it: which text was meant?",
            "accept or reject every change, and have it approved again",
        )


def _bound(held: Held, spot: Spot, report: Report) -> None:
    rows = {entry.anchor: i for i, entry in enumerate(held.entries)}
    for one in held.bindings.bound if held.bindings else ():
        name = f"{held.entry.id}#{one.sentence.anchor}"
        row = rows.get(one.sentence.anchor)
        at = spot
        if held.listed is not None and row is not None:
            at = report.at(held.listed, "sentences", row)
        if one.went is Went.NOWHERE:
            message = f"the sentence `{name}` ({one.sentence.place}) has no control"
            at.gap(
                "no-control",
                message,
                "name its `control:` or `people:`" if row is not None else _WRITE,
            )
        if one.sentence.disguised:
            message = f"`{name}` ({one.sentence.place}) spells a word with letters that look alike"
            at.gap("disguised-word", message, "write it with plain letters")


def _listed(held: Held, report: Report) -> None:
    if held.listed is None:
        return
    seen: set[str] = set()
    gone = {id(entry) for entry in held.bindings.gone} if held.bindings else set()
    for i, entry in enumerate(held.entries):
        spot = report.at(held.listed, "sentences", i)
        if entry.anchor in seen:
            message = f"the sentence `{entry.anchor}` stands here twice"
            spot.inside("anchor").safety("anchor-twice", message, "keep one of the two")
        elif id(entry) in gone:
            message = f"no sentence of `{held.entry.id}` is `{entry.anchor}` with these words"
            spot.gap("sentence-gone", message, "take it out; what changed is bound anew")
        seen.add(entry.anchor)


def _controls(
    workspace: Workspace, known: dict[str, str | None], read: set[str], report: Report
) -> None:
    """Hold what controls say that they stand for against the documents."""
    for control in workspace.controls.values():
        for i, name in enumerate(control.says.sentences):
            spot = report.at(control, "sentences", i)
            if name.partition("#")[0] in read and name not in known:
                message = f"there is no sentence `{name}` in that document"
                spot.gap("sentence-gone", message, "see `watchkeeper plan sentences`")
            elif name in known and known[name] != control.says.id:
                message = f"`{name}` is not bound to `{control.says.id}` in its list of sentences"
                spot.gap("bound-elsewhere", message, "say the same in both")
