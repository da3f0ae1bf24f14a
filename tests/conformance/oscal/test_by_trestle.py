"""Our OSCAL documents, validated and resolved by `compliance-trestle`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.worlds import needs
from tests.worlds.exchanged import DAY, REFUND_DESK, said_in, with_open_items
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import ITEMS, PROFILE
from watchkeeper.plan.exchange.said import Said


def _trestle(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [needs.program("trestle"), *words, "--trestle-root", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def _exported(folder: Path, said: Said) -> list[str]:
    (folder / ".trestle").mkdir(parents=True)
    documents = oscal_documents(said, DAY, trestle=True)
    for path, raw in documents.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_bytes(raw)
    return list(documents)


def test_every_document_is_valid_and_the_profile_resolves(tmp_path: Path) -> None:
    paths = _exported(tmp_path, said_in(REFUND_DESK))
    done = _trestle(tmp_path, "validate", "-a")
    assert done.returncode == 0, done.stdout + done.stderr
    for path in paths:
        assert f"VALID: Model {tmp_path / path} passed" in done.stdout
    done = _trestle(tmp_path, "author", "profile-resolve", "-n", "soa", "-o", "resolved")
    assert done.returncode == 0, done.stdout + done.stderr
    resolved = json.loads((tmp_path / "catalogs/resolved/catalog.json").read_bytes())
    rows = [row for row in said_in(REFUND_DESK).rows if row.applicable == "in"]
    assert len(_controls(resolved["catalog"])) == len(rows)


def test_what_is_open_is_valid_and_trestle_refuses_a_broken_one(tmp_path: Path) -> None:
    folder = tmp_path / "oscal"
    assert ITEMS in _exported(folder, with_open_items(tmp_path / "aims"))
    text = (folder / PROFILE).read_text().replace('"oscal-version": "1.2.1"', '"x": "1"')
    (folder / PROFILE).write_text(text)
    done = _trestle(folder, "validate", "-a")
    assert done.returncode != 0
    assert f"VALID: Model {folder / ITEMS} passed" in done.stdout


def _controls(holder: dict[str, object]) -> list[object]:
    found = list(holder.get("controls", []))  # type: ignore[call-overload]
    for group in holder.get("groups", []):  # type: ignore[attr-defined]
        found += _controls(group)
    return found
