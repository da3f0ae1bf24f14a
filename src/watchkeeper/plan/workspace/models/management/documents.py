"""`documents.yaml` and `sentences/<document>.yaml`: documents under control.

ISO/IEC 42001:2023, 5.2, 7.5 and 8.1.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from watchkeeper.plan.workspace.models.head import Approved, ClauseId
from watchkeeper.plan.workspace.models.scalars import Digest, Id, Part, Text


def check_file_name(text: str) -> str:
    """Return the name of a file in the workspace: relative, with `/`, and never upward."""
    parts = text.split("/")
    if not all(parts) or {".", ".."} & set(parts) or any(c in text for c in "\\:\0\n"):
        raise ValueError("name a file of the workspace, like `documents/ai-policy.md`")
    return text


FileName = Annotated[
    str,
    AfterValidator(check_file_name),
    Field(max_length=200, description="in the workspace: `documents/ai-policy.md`"),
]


class DocumentEntry(Approved):
    """A document under control: where it is, its digest, and which clauses it answers.

    `file` lies in the workspace; a document that is kept elsewhere has only a `digest`.
    """

    id: Id
    title: Text
    file: FileName | None = None
    digest: Digest | None = Field(default=None, description="SHA-256 of what was approved")
    clauses: list[ClauseId] = Field(default_factory=list)
    kind: Literal["policy", "procedure", "plan", "record", "other"] = "other"
    retention: Text | None = None
    supersedes: Id | None = None
    words: list[Text] = Field(
        default_factory=list, description="modal words besides must, shall, may only and never"
    )


class DocumentsFile(Approved):
    """`documents.yaml`."""

    documents: list[DocumentEntry]


class SentenceEntry(Part):
    """A sentence of a document by its anchor, and where it went: a control, or people only."""

    anchor: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[1-9][0-9]{0,3})?$")]
    says: Text | None = None
    control: Id | None = None
    people: Text | None = Field(default=None, description="why it is for people only")
    was: Text | None = Field(default=None, description="the anchor that it had before")

    @model_validator(mode="after")
    def _one(self) -> SentenceEntry:
        if self.control is not None and self.people is not None:
            raise ValueError("a sentence has a `control`, or is for `people` only, not both")
        return self


class SentencesFile(Part):
    """`sentences/<document>.yaml`."""

    document: Id
    sentences: list[SentenceEntry] = Field(default_factory=list)
