"""Our own vectors for tile logs: the cases, and the log laid out as it was at a size."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "conformance" / "vectors"


def index() -> dict[str, Any]:
    return json.loads((FOLDER / "index.json").read_text())


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    assert found
    return found


def raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def hashes(case: dict[str, Any]) -> list[bytes]:
    return [raw(one) for one in case["hashes"]]


def log_at(size: int, folder: Path, change: dict[str, str | None] | None = None) -> Path:
    """Lay out the log as it was at a size, with some of its files changed or taken away."""
    shutil.copytree(FOLDER / "log", folder)
    for path, now in (change or {}).items():
        if now is None:
            (folder / path).unlink()
        else:
            (folder / path).write_bytes(raw(now))
    shutil.copy(folder / f"checkpoint.{size}", folder / "checkpoint")
    (folder / "log.vkey").write_text(index()["log"] + "\n")
    return folder
