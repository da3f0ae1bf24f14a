"""ZIP files in the spelling of a bundle, and in every other, by Python's own writer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable

Change = Callable[[zipfile.ZipInfo], object]


def plain(name: str) -> zipfile.ZipInfo:
    """Describe a member as a bundle describes it."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def zipped(members: Iterable[tuple[str, bytes]], change: Change | None = None) -> bytes:
    """Write members in this order, each described as `change` says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, raw in members:
            info = plain(name)
            if change is not None:
                change(info)
            file.writestr(info, raw)
    return out.getvalue()
