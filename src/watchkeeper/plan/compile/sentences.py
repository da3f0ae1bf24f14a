"""Which sentences of documents under control went to which control."""

from __future__ import annotations

from watchkeeper.plan.documents.held import held_documents
from watchkeeper.plan.workspace.load import Workspace


def bound_sentences(workspace: Workspace) -> dict[str, list[str]]:
    """Return by control the names (`document#anchor`) of the sentences that are bound to it.

    Only those that a document has now: a plan names no sentence that is gone, and none by its
    words, since it is published.
    """
    found: dict[str, list[str]] = {}
    for held in held_documents(workspace):
        for one in held.bindings.bound if held.bindings else ():
            if one.control is not None:
                name = f"{held.entry.id}#{one.sentence.anchor}"
                found.setdefault(one.control, []).append(name)
    return found
