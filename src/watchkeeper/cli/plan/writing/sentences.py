"""`watchkeeper plan sentences`: what documents demand, and where each demand went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, Workspace
from watchkeeper.errors import PlanUnreadable, SettingsInvalid, cut
from watchkeeper.plan.documents.bindings import Bound, Went
from watchkeeper.plan.documents.held import Held, held_documents
from watchkeeper.plan.draft.sentences import list_sentences
from watchkeeper.plan.whole import Linted, lint_workspace
from watchkeeper.plan.workspace.checked import nearest

Enforced = dict[str, list[str]]
"""Of each control of the workspace, what enforces it."""


def sentences(
    path: Workspace = Path("aims"),
    document: Annotated[
        str | None, typer.Option("--document", help="One document, by its id; all if left out.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="List what is not listed in `sentences/DOCUMENT.yaml`.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say where each sentence of a document under control went: to a control, or nowhere.

    Sentences with must, shall, may only or never, and words that the document adds. Each goes to a
    control, and to what enforces that; is for people only; or is listed as `no control`.
    Markdown, plain text and .docx are read. Ends with 1 where a sentence has no control.

    Examples:
      watchkeeper plan sentences aims
      watchkeeper plan sentences aims --document ai-policy --write
    """
    with output.speaking_plainly():
        linted = lint_workspace(path)
        found = _held(linted, document)
        if write:
            for one in found:
                added = list_sentences(path, one)
                if added:
                    output.say(f"added {added} to sentences/{one.entry.id}.yaml")
            found = _held(lint_workspace(path), document)
    enforced = _enforced(linted)
    if as_json:
        output.show_json({"documents": [_json(one, enforced) for one in found]})
    else:
        for one in found:
            _show(one, enforced)
    if any(one.went is Went.NOWHERE for held in found for one in _bound(held)):
        raise typer.Exit(output.Exit.FOUND)


def _held(linted: Linted, document: str | None) -> list[Held]:
    if linted.workspace is None:
        raise PlanUnreadable(
            f"the workspace can not be read: {linted.findings[0]}", "mend it first"
        )
    found = list(held_documents(linted.workspace, propose=True))
    ids = [one.entry.id for one in found]
    if document is not None and document not in ids:
        raise SettingsInvalid(f"no document {cut(document)} lies here", nearest(document, ids))
    return [one for one in found if document in {None, one.entry.id}]


def _enforced(linted: Linted) -> Enforced:
    found: Enforced = {}
    for policy in linted.bundle.policies if linted.bundle else ():
        found.setdefault(policy.control, []).append(policy.id)
    for control in linted.bundle.controls if linted.bundle else ():
        found.setdefault(control.id, []).extend(control.built_in)
    return found


def _bound(held: Held) -> tuple[Bound, ...]:
    return held.bindings.bound if held.bindings else ()


def _show(held: Held, enforced: Enforced) -> None:
    counts = {went: sum(one.went is went for one in _bound(held)) for went in Went}
    said = ", ".join(f"{count} {went.value}" for went, count in counts.items())
    output.show_folded(f"{held.entry.id} ({held.file}): {said}")
    if held.refused is not None:
        output.show_folded(f"  can not be read: {held.refused.message}")
    elif held.reading is None:
        output.show_folded(
            "  sentences of this kind of file are not read: its digest alone is kept"
        )
    for note in held.reading.notes if held.reading else ():
        output.show_folded(f"  {note.seen.value}: {note.says}")
    for one in _bound(held):
        output.show_folded(f"  {held.entry.id}#{one.sentence.anchor}  {one.sentence.place}")
        output.show_folded(f"    {one.sentence.says}")
        output.show_folded(f"    -> {_where(one, enforced)}")
    for entry in held.bindings.gone if held.bindings else ():
        output.show_folded(
            f"  {held.entry.id}#{entry.anchor} is in the list and not in the document"
        )


def _where(one: Bound, enforced: Enforced) -> str:
    if one.went is Went.PEOPLE:
        return f"people only: {one.people}"
    if one.control is not None:
        by = enforced.get(one.control, [])
        how = f"enforced by {', '.join(by)}" if by else "nothing enforces it"
        return f"control {one.control}: {how}"
    if one.was is None:
        return "no control"
    went = one.was.control or one.was.people
    before = f"which went to `{went}`" if went else "which went nowhere"
    return f"no control; it may have been {one.was.anchor}, {before}: say so if it still does"


def _json(held: Held, enforced: Enforced) -> dict[str, Any]:
    return {
        "document": held.entry.id,
        "file": held.file,
        "read": held.bindings is not None,
        "refused": held.refused.message if held.refused else None,
        "openChanges": bool(held.reading and held.reading.has_two_readings),
        "notes": [
            {"seen": n.seen.value, "says": n.says}
            for n in (held.reading.notes if held.reading else ())
        ],
        "sentences": [_sentence_json(one, enforced) for one in _bound(held)],
        "gone": [entry.anchor for entry in (held.bindings.gone if held.bindings else ())],
    }


def _sentence_json(one: Bound, enforced: Enforced) -> dict[str, Any]:
    return {
        "anchor": one.sentence.anchor,
        "says": one.sentence.says,
        "words": list(one.sentence.words),
        "place": one.sentence.place,
        "line": one.sentence.line or None,
        "disguised": one.sentence.disguised,
        "went": one.went.value,
        "control": one.control,
        "enforcedBy": enforced.get(one.control or "", []),
        "people": one.people,
        "mayHaveBeen": one.was.anchor if one.was else None,
    }
