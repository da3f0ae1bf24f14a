"""Documents that others might send: catalogues and profiles of OSCAL, as plain values."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

METADATA = {
    "title": "Theirs",
    "last-modified": "2026-01-01T00:00:00Z",
    "version": "1",
    "oscal-version": "1.2.1",
}


def catalog(*ids: str, **more: Any) -> dict[str, Any]:
    """Return a catalogue with these controls."""
    controls = [{"id": name, "title": f"Title of {name}"} for name in ids]
    return _document("catalog", {"controls": controls, **more})


def profile(*imports: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a profile with these imports."""
    return _document("profile", {"imports": list(imports), **more})


def importing(href: str, ids: Iterable[str] | None = None, out: Iterable[str] = ()) -> Any:
    """Return an import of all controls, or of some, but for those that are out."""
    found: dict[str, Any] = {"href": href}
    found |= {"include-all": {}} if ids is None else {"include-controls": [{"with-ids": list(ids)}]}
    return found | ({"exclude-controls": [{"with-ids": list(out)}]} if out else {})


def _document(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: {"uuid": str(uuid.uuid4()), "metadata": METADATA, **body}}
