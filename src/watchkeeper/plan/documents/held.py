"""The documents under control of a workspace, read, with where each of their sentences went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.bindings import Bindings, bind
from watchkeeper.plan.documents.blocks import Reading
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.documents.sentences import sentences_of
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.documents import (
    DocumentEntry,
    DocumentsFile,
    SentenceEntry,
    SentencesFile,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A document that lies in the workspace.

    `row` counts from 0 in `documents.yaml`. `reading` is None where the sentences of such a file
    are not read; then, or where the file could not be believed, `refused` says why. `listed` is
    its file of sentences.
    """

    row: int
    entry: DocumentEntry
    file: str
    reading: Reading | None = None
    refused: PlanUnreadable | None = None
    bindings: Bindings | None = None
    listed: Checked[SentencesFile] | None = None

    @property
    def entries(self) -> Sequence[SentenceEntry]:
        """Return what is listed of its sentences."""
        return self.listed.says.sentences if self.listed is not None else ()


def held_documents(workspace: Workspace, *, propose: bool = False) -> Iterator[Held]:
    """Yield each document of `documents.yaml` that lies in the workspace, in its order.

    With `propose`, a sentence that went nowhere names the one that it may have been.
    """
    found: Checked[DocumentsFile] | None = workspace.management.one("documents")
    for i, entry in enumerate(found.says.documents if found else ()):
        there = workspace.management.digests.get(entry.id)
        if there is not None and entry.file is not None:
            yield _held(workspace, (i, entry, entry.file), there.raw, propose=propose)


def _held(
    workspace: Workspace, row: tuple[int, DocumentEntry, str], raw: bytes, *, propose: bool
) -> Held:
    _, entry, file = row
    listed = workspace.management.of("sentences").get(entry.id)
    try:
        reading = read_document(file, raw)
        sentences = sentences_of(reading, entry.words) if reading is not None else ()
    except PlanUnreadable as error:
        return Held(*row, refused=error, listed=listed)
    if reading is None:
        return Held(*row, listed=listed)
    entries = listed.says.sentences if listed is not None else ()
    bindings = bind(sentences, entries, propose=propose)
    return Held(*row, reading=reading, bindings=bindings, listed=listed)
