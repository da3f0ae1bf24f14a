"""The doors for documents under control, and valid inputs for them.

A .docx is a container: bytes that are none are taken for its text, so that what is changed reaches
the reader behind the container.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from watchkeeper.plan.documents.docx.read import read_docx
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.documents.sentences import sentences_of

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TEXT = (
    f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>It </w:t></w:r><w:ins><w:r><w:t>must'
    "</w:t></w:r></w:ins><w:r><w:t> ask.</w:t></w:r></w:p></w:body></w:document>"
).encode()
_RELATIONS = (
    '<Relationships xmlns="x"><Relationship Type="x/officeDocument" Target="w.xml"/>'
    "</Relationships>"
)


def docx(raw: bytes) -> None:
    """Read a .docx, or the text of one."""
    sentences_of(read_docx(raw if raw.startswith(b"PK") else _packed(raw)))


def prose(raw: bytes) -> None:
    """Read Markdown and plain text; no sentence has the name of another."""
    for name in ("x.md", "x.txt"):
        reading = read_document(name, raw)
        if reading is not None:
            names = [one.anchor for one in sentences_of(reading)]
            assert len(names) == len(set(names))


def document_seeds() -> dict[str, Sequence[bytes]]:
    """Return valid inputs by door."""
    text = b"# A\n\nThe agent must:\n\n- ask\n- never `pay`\n\n| a |\n|---|\n| shall |\n"
    return {"docx": [_TEXT, _packed(_TEXT)], "prose": [text, b"It may only\nask. <b>must</b>"]}


def _packed(text: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("_rels/.rels", _RELATIONS)
        file.writestr("w.xml", text)
    return out.getvalue()


DOCUMENT_DOORS: Mapping[str, Callable[[bytes], None]] = {"docx": docx, "prose": prose}
