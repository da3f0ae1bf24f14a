"""Our OSCAL documents, validated and resolved by `compliance-trestle`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.worlds.exchanged import DAY, REFUND_DESK, run_trestle, said_in
from watchkeeper.plan.exchange.oscal.documents import oscal_documents
from watchkeeper.plan.exchange.oscal.names import PROFILE
from watchkeeper.plan.exchange.said import Said


def _exported(folder: Path, said: Said) -> None:
    (folder / ".trestle").mkdir(parents=True)
    documents = oscal_documents(said, DAY, trestle=True)
    for path, raw in documents.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_bytes(raw)


def test_the_profile_resolves(tmp_path: Path) -> None:
    _exported(tmp_path, said_in(REFUND_DESK))
    done = run_trestle(tmp_path, "author", "profile-resolve", "-n", "soa", "-o", "resolved")
    assert done.returncode == 0, done.stdout + done.stderr
    resolved = json.loads((tmp_path / "catalogs/resolved/catalog.json").read_bytes())
    rows = [row for row in said_in(REFUND_DESK).rows if row.applicable == "in"]
    assert len(_controls(resolved["catalog"])) == len(rows)


def test_a_broken_document_is_refused(tmp_path: Path) -> None:
    _exported(tmp_path, said_in(REFUND_DESK))
    text = (tmp_path / PROFILE).read_text().replace('"oscal-version": "1.2.1"', '"x": "1"')
    (tmp_path / PROFILE).write_text(text)
    assert run_trestle(tmp_path, "validate", "-f", PROFILE).returncode != 0


def _controls(holder: dict[str, object]) -> list[object]:
    found = list(holder.get("controls", []))  # type: ignore[call-overload]
    for group in holder.get("groups", []):  # type: ignore[attr-defined]
        found += _controls(group)
    return found
