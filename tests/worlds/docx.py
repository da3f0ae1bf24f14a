"""Documents of WordprocessingML, made by hand so that anything may be wrong with them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def run(text: str, properties: str = "") -> str:
    """Return a run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str, properties: str = "") -> str:
    """Return a paragraph of runs; plain text becomes one."""
    runs = "".join(one if one.startswith("<") else run(one) for one in inner)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def document(body: str, root: str = "document", head: str = "") -> str:
    """Return a part with this body."""
    names = f'xmlns:w="{WORD}" xmlns:mc="{_MARKUP}" xmlns:m="{_MATH}" xmlns:r="{_OFFICE}"'
    inner = f"<w:body>{body}</w:body>" if root == "document" else body
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:{root} {names}>{inner}</w:{root}>'


def relationships(*rows: tuple[str, str, bool]) -> str:
    """Return a part of relations: kind, target, outside."""
    inner = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if outside else "/>")
        for i, (kind, target, outside) in enumerate(rows)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{inner}</Relationships>'


def parts(body: str, **more: str) -> dict[str, str | bytes]:
    """Return the parts of a document with this body; `more` are parts below `word/`."""
    kinds = ("footnotes", "endnotes", "styles", "numbering")
    beside = [(kind, f"{kind}.xml", False) for kind in kinds if kind in more]
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", False)),
        "word/document.xml": body if body.startswith("<?xml") else document(body),
        "word/_rels/document.xml.rels": relationships(*beside),
        **{f"word/{name}.xml": text for name, text in more.items()},
    }


def pack(members: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, said in members.items():
            file.writestr(name, said)
    return out.getvalue()


def docx(body: str, **more: str) -> bytes:
    """Return a .docx with this body."""
    return pack(parts(body, **more))
